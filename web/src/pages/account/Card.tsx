import type { ReactNode } from 'react';

import css from './Account.module.css';

/** One matter of the account, with an address of its own: `#id`. */
export function Card({ id, title, text, children }: { id: string; title: string; text: ReactNode; children?: ReactNode }) {
  return (
    <section className={`card ${css['card']}`} id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p className="dim">{text}</p>
      {children}
    </section>
  );
}
