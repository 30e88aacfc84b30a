import { lazy, type ReactNode, Suspense, useState } from 'react';

import css from './DialogActs.module.css';

export interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

export interface ConfirmProps extends DialogProps {
  /** The button that changes nothing. It comes first and has the focus. */
  keep: string;
  act: string;
  working?: boolean;
  error?: string | null;
  onAct: () => void;
}

export const loadDialog = () => import('./DialogBody');

const DialogBody = lazy(async () => ({ default: (await loadDialog()).DialogBody }));
const ConfirmBody = lazy(async () => ({ default: (await loadDialog()).ConfirmBody }));

/** Whether something has been open before: until then its script is not needed. */
function useOnce(open: boolean): boolean {
  const [once, set] = useState(open);
  if (open && !once) set(true);
  return once || open;
}

/** Something to fill in or read, over the page. */
export function Dialog(props: DialogProps) {
  return (
    useOnce(props.open) && (
      <Suspense fallback={null}>
        <DialogBody {...props} />
      </Suspense>
    )
  );
}

/** Names what is lost and who is hit before it happens. */
export function Confirm(props: ConfirmProps) {
  return (
    useOnce(props.open) && (
      <Suspense fallback={null}>
        <ConfirmBody {...props} />
      </Suspense>
    )
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActs({ children }: { children: ReactNode }) {
  return <div className={css['acts']}>{children}</div>;
}
