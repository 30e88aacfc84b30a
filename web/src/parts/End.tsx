import { type ReactNode, useEffect, useRef } from 'react';

import css from './End.module.css';

/** The end of a list that goes on: what follows is fetched before it comes into sight. */
export function End({ busy, onNear, children }: { busy: boolean; onNear: () => void; children: ReactNode }) {
  const mark = useRef<HTMLDivElement>(null);
  const near = useRef(onNear);
  near.current = onNear;
  useEffect(() => {
    if (busy || !mark.current) return undefined;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && near.current(), { rootMargin: '800px' });
    watch.observe(mark.current);
    return () => watch.disconnect();
  }, [busy]);
  return (
    <div ref={mark} className={`meta ${css['end']}`} role="status">
      {children}
    </div>
  );
}
