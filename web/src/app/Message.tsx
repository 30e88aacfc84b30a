import { Link } from '@tanstack/react-router';
import { createContext, type ReactNode, use } from 'react';

import { Brand } from '../parts/Brand';
import { buttonClass } from '../parts/Button';
import { t } from '../words';
import css from './Message.module.css';

/** Whether the frame of the studio is around the page. */
export const Framed = createContext(false);

/** A page that says one thing and leads Home. */
export function Message({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  const framed = use(Framed);
  const said = (
    <div>
      <h1 tabIndex={-1}>{title}</h1>
      <p className="dim">{text}</p>
      <div className={css['acts']}>
        {children ?? (
          <Link to="/" className={buttonClass({})}>
            {t('missing.home')}
          </Link>
        )}
      </div>
    </div>
  );
  if (framed) return <div className={css['framed']}>{said}</div>;
  return (
    <main className={css['message']} id="main">
      <Brand />
      {said}
    </main>
  );
}
