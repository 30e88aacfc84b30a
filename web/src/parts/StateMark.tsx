import type { ReactNode } from 'react';

import css from './StateMark.module.css';

/** A state's colour and shape. The shape alone tells them apart. */
export type Mark = 'none' | 'idle' | 'starting' | 'ready' | 'busy' | 'warn' | 'failed' | 'off' | 'done';

/** The only thing that turns. */
export function Arc() {
  return (
    <svg className={css['arc']} viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeOpacity=".3" strokeWidth="1.8" />
      <path d="M6 1.8A4.2 4.2 0 0 1 10.2 6" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  );
}

function Glyph({ mark }: { mark: Mark }) {
  if (mark === 'starting') return <Arc />;
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true">
      {mark === 'ready' && <circle cx="6" cy="6" r="5" fill="currentColor" />}
      {(mark === 'idle' || mark === 'none' || mark === 'off' || mark === 'busy') && (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" {...(mark === 'none' && { strokeDasharray: '2.2 2.2' })} />
      )}
      {mark === 'busy' && <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4Z" fill="currentColor" />}
      {mark === 'off' && <path d="m3.2 8.8 5.6-5.6" stroke="currentColor" strokeWidth="1.6" />}
      {mark === 'warn' && <path d="M6 1.2 11.4 10.8H.6Z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round" />}
      {mark === 'failed' && (
        <>
          <rect x=".8" y=".8" width="10.4" height="10.4" rx="2" fill="currentColor" />
          <path d="m4 4 4 4m0-4L4 8" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" />
        </>
      )}
      {mark === 'done' && <path d="m2 6.4 2.7 2.7L10 3.4" fill="none" stroke="currentColor" strokeWidth="1.9" strokeLinecap="round" strokeLinejoin="round" />}
    </svg>
  );
}

/** A state as a shape, a word and a colour, in that order. `plain` leaves the word in the text's colour. */
export function StateMark({ mark, plain = false, children }: { mark: Mark; plain?: boolean; children?: ReactNode }) {
  return (
    <span className={`${css['st']} ${css[mark]} ${plain ? css['plain'] : ''}`}>
      <Glyph mark={mark} />
      {children !== undefined && <span>{children}</span>}
    </span>
  );
}
