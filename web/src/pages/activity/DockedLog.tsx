import { lazy, Suspense } from 'react';

import { useStore } from '../../events/store';
import { docked } from './dock';

const DockedBody = lazy(async () => ({ default: (await import('./DockedBody')).DockedBody }));

/** A minimised log, on every page until it is opened or closed. */
export function DockedLog() {
  const one = useStore(docked);
  return (
    <Suspense>
      {one && <DockedBody key={one.source.key} one={one} />}
    </Suspense>
  );
}
