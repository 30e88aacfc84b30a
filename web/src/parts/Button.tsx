import type { ComponentPropsWithRef, MouseEvent, ReactNode } from 'react';

import { useOnline } from '../events/connection';
import { Arc } from './StateMark';
import css from './Button.module.css';

export interface Look {
  /** Lime for the likely next step, quiet for what stands beside it, risky for what takes something away. */
  look?: 'primary' | 'default' | 'quiet' | 'risky' | 'danger';
  size?: 's' | 'm' | 'l';
  wide?: boolean;
}

function classOf({ look = 'default', size = 'm', wide = false }: Look): string {
  return [css['btn'], css[look], css[size], wide && css['wide']].filter(Boolean).join(' ');
}

type ButtonProps = Look & {
  /** The press is being worked on: the width stays, an arc comes before the word. */
  working?: boolean;
  /** Seen but not to be pressed; its reason stands beside it. */
  blocked?: boolean;
  /** Does nothing while the studio does not answer. */
  online?: boolean;
  children: ReactNode;
} & ComponentPropsWithRef<'button'>;

/** A verb with its object. A blocked button keeps its focus, so that its reason can be read. */
export function Button({ look, size, wide, working = false, blocked = false, online = false, onClick, children, ...rest }: ButtonProps) {
  const reachable = useOnline();
  const still = working || blocked || (online && !reachable);
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (still) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      type="button"
      {...rest}
      className={classOf({ ...(look && { look }), ...(size && { size }), ...(wide && { wide }) })}
      aria-disabled={still || undefined}
      aria-busy={working || undefined}
      onClick={press}
    >
      {working && <Arc />}
      {children}
    </button>
  );
}

/** A link that looks like a button: it leads to an address. */
export function ButtonLink({ look, size, wide, children, ...rest }: Look & { children: ReactNode } & ComponentPropsWithRef<'a'>) {
  return (
    <a {...rest} className={classOf({ ...(look && { look }), ...(size && { size }), ...(wide && { wide }) })}>
      {children}
    </a>
  );
}

export const buttonClass = classOf;
