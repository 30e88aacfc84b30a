import type { ComponentPropsWithRef, ReactNode } from 'react';

import css from './Check.module.css';

/** A check box with its words, which belong to what can be pressed. */
export function Check({ children, hint, ...rest }: { children: ReactNode; hint?: ReactNode } & Omit<ComponentPropsWithRef<'input'>, 'type'>) {
  return (
    <label className={css['row']}>
      <input {...rest} type="checkbox" className={css['ck']} />
      <span>
        {children}
        {hint && <span className={css['hint']}>{hint}</span>}
      </span>
    </label>
  );
}
