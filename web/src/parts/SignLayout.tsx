import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { studio } from '../api/queries';
import clay from '../art/clay.webp';
import dusk from '../art/dusk.webp';
import moss from '../art/moss.webp';
import tide from '../art/tide.webp';
import { t, type WordKey } from '../words';
import { Brand } from './Brand';
import { Note } from './Surface';
import css from './SignLayout.module.css';
import { StateMark } from './StateMark';

/** The public pages: shipped art, one form, and whether the studio is up. They name nobody. */
export function SignLayout({ children }: { children: ReactNode }) {
  const { data, error } = useQuery({ ...studio, refetchInterval: (query) => (query.state.error ? 4000 : false) });
  return (
    <main className={css['page']} id="main">
      <div className={css['art']} aria-hidden="true">
        {[tide, clay, moss, dusk].map((picture) => (
          <img key={picture} src={picture} alt="" />
        ))}
      </div>
      <div className={css['side']}>
        <Brand />
        <div className={css['form']}>
          {children}
          {data?.closed && (
            <div className={css['plain']}>
              <Note look="warn">{data.closed}</Note>
            </div>
          )}
          {data && !data.encrypted && (
            <div className={css['plain']}>
              <Note look="warn" title={<StateMark mark="warn">{t('signin.plain_title')}</StateMark>}>
                {data.warning ?? t('signin.plain_text')}
              </Note>
            </div>
          )}
        </div>
        <footer className={`meta ${css['foot']}`}>
          {data && <StateMark mark="ready">{t('signin.up')}</StateMark>}
          {error && !data && <StateMark mark="warn">{t('offline.title')}</StateMark>}
          {data && <span>{t(wayOf(data.encrypted))}</span>}
          {data && <span className="num sp">{data.version}</span>}
        </footer>
      </div>
    </main>
  );
}

/** The title of a public page and the sentence under it. */
export function SignHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css['head']}>
      <h1>{title}</h1>
      {children && <p className="dim">{children}</p>}
    </div>
  );
}

export const signCss = css;

/** How the way to the studio is protected. Over plain HTTP only a connection within one machine is private. */
function wayOf(isPrivate: boolean): WordKey {
  if (window.location.protocol === 'https:') return 'signin.encrypted';
  return isPrivate ? 'signin.same_machine' : 'signin.not_encrypted';
}
