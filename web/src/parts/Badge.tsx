import type { ReactNode } from 'react';

import css from './Badge.module.css';

/** A short word on a soft ground. */
export function Badge({ look = 'plain', children }: { look?: 'plain' | 'accent' | 'warn' | 'ready' | 'failed'; children: ReactNode }) {
  return <span className={`${css['badge']} ${css[look]}`}>{children}</span>;
}
