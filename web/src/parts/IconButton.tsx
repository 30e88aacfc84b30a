import type { ComponentPropsWithRef, ReactNode } from 'react';

import css from './IconButton.module.css';

/** A button that is only an icon: its label is read aloud, and shown under it on hover and focus. */
export function IconButton({ label, children, ...rest }: { label: string; children?: ReactNode } & ComponentPropsWithRef<'button'>) {
  return (
    <button type="button" {...rest} aria-label={label} className={css['ib']}>
      {children}
      <span className={css['tip']} aria-hidden="true">
        {label}
      </span>
    </button>
  );
}
