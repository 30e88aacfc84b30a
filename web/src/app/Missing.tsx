import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Brand } from '../parts/Brand';
import { buttonClass } from '../parts/Button';
import { useTitle } from '../parts/useTitle';
import { t } from '../words';
import css from './Message.module.css';

/** An address that leads nowhere. */
export function Missing() {
  useTitle(t('missing.title'));
  return (
    <Message title={t('missing.title')} text={t('missing.text')} />
  );
}

/** A page that says one thing and leads Home. */
export function Message({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <main className={css['message']} id="main">
      <Brand />
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
    </main>
  );
}
