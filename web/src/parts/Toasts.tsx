import { lazy, Suspense } from 'react';

import { Store, useStore } from '../events/store';
import { noteToast } from './told';

export interface Said {
  sentence: string;
  kind: 'done' | 'failed';
  /** What takes it back, while the toast is there. */
  undo?: (() => void) | undefined;
}

/** What was said and is not shown yet. */
export const said = new Store<Said[]>([]);
const spoke = new Store(false);

/** Say in one sentence what happened. */
export function say(sentence: string, kind: Said['kind'] = 'done', undo?: () => void): void {
  said.set([...said.get(), { sentence, kind, undo }]);
  spoke.set(true);
  noteToast(sentence, kind);
}

export const loadToasts = () => import('./ToastList');

const ToastList = lazy(async () => ({ default: (await loadToasts()).ToastList }));

/** The place where toasts appear, once there is one. */
export function Toasts() {
  return (
    useStore(spoke) && (
      <Suspense fallback={null}>
        <ToastList />
      </Suspense>
    )
  );
}
