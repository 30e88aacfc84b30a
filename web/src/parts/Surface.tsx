import type { ReactNode } from 'react';

import { useLate } from './useLate';
import css from './Surface.module.css';

/** A page's title, the one sentence that answers what the visitor came to learn, and what can be done.
 * On a phone the title stands in the top bar; `keep` shows it on the page as well. */
export function PageHead({ title, children, acts, above, keep = false }: { title: string; children?: ReactNode; acts?: ReactNode; above?: ReactNode; keep?: boolean }) {
  return (
    <div className={`${css['head']} ${keep ? '' : css['bare']}`}>
      <div className={css['words']}>
        {above}
        <h1 tabIndex={-1}>{title}</h1>
        {children && <p>{children}</p>}
      </div>
      {acts && <div className={css['acts']}>{acts}</div>}
    </div>
  );
}

/** A heading over a list, with what it counts. */
export function Section({ title, note, end, children }: { title: string; note?: ReactNode; end?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className={css['sec']}>
        <h2>{title}</h2>
        {note && <span className={css['note']}>{note}</span>}
        {end && <span className={css['end']}>{end}</span>}
      </div>
      {children}
    </section>
  );
}

/** A log line or an exit on a red ground, to be read before anything else. */
export function ErrorLine({ children }: { children: string }) {
  return (
    <p className={`${css['err']} mono`} title={children}>
      {children}
    </p>
  );
}

/** Progress, from 0 to 1; blue while something starts, lime while it is made. */
export function Progress({ value, label, look = 'starting' }: { value: number; label: string; look?: 'starting' | 'accent' }) {
  const percent = Math.round(Math.min(Math.max(value, 0), 1) * 100);
  return (
    <div className={css['bar']} role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <i className={css[look]} style={{ width: `${percent}%` }} />
    </div>
  );
}

/** Something to know before going on: amber for what is worth a look, red for what failed. */
export function Note({ look, title, children, end }: { look: 'warn' | 'failed' | 'plain'; title?: ReactNode; children?: ReactNode; end?: ReactNode }) {
  return (
    <div className={`${css['banner']} ${css[look]}`} role={look === 'failed' ? 'alert' : 'status'}>
      <div className={css['said']}>
        {title && <div className={css['told']}>{title}</div>}
        {children && <div className="dim">{children}</div>}
      </div>
      {end}
    </div>
  );
}

/** Nothing here yet: a line drawing, a fact, a sentence, one button. */
export function Empty({ title, children, act }: { title: string; children: ReactNode; act?: ReactNode }) {
  return (
    <div className={css['empty']}>
      <svg width="88" height="56" viewBox="0 0 88 56" fill="none" stroke="var(--line-strong)" strokeWidth="1.5" aria-hidden="true">
        <rect x=".75" y="10" width="26" height="34" rx="4" />
        <rect x="31" y="1" width="26" height="54" rx="4" stroke="var(--control)" />
        <rect x="61.2" y="14" width="26" height="28" rx="4" />
      </svg>
      <b>{title}</b>
      <p className="dim">{children}</p>
      {act && <div>{act}</div>}
    </div>
  );
}

/** The outline of what is on its way, at its final size, after 150 ms. */
export function Skeleton({ rows = 1, height }: { rows?: number; height: number }) {
  const late = useLate();
  return (
    <div className={css['bones']} aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <i key={row} style={{ height, visibility: late ? 'visible' : 'hidden' }} />
      ))}
    </div>
  );
}
