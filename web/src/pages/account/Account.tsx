import '../../words/account';
import '../../words/keys';

import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

import { session } from '../../api/queries';
import { PageHead } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { rich, t } from '../../words';
import css from './Account.module.css';
import { ChangePassword } from './ChangePassword';
import { Devices } from './Devices';
import { Keyboard } from './Keyboard';
import { ThisBrowser } from './ThisBrowser';
import { Tokens } from './Tokens';

const PARTS = [
  ['devices', 'own.devices'],
  ['password', 'account.password'],
  ['tokens', 'account.tokens'],
  ['browser', 'own.browser'],
  ['keyboard', 'keys.title'],
] as const;

/** What belongs to whoever is signed in: devices, the password, tokens, how this browser behaves. */
export function Account() {
  useTitle(t('nav.account'));
  const { data: me } = useQuery(session);
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (hash) document.getElementById(hash)?.scrollIntoView({ block: 'start' });
  }, [hash]);
  if (!me) return null;
  return (
    <>
      <PageHead title={t('nav.account')}>
        {rich('own.answer', { name: <b>{me.name}</b>, role: t(me.role === 'admin' ? 'own.an_admin' : 'own.an_artist'), folder: <span className="mono">{me.folder}</span> })}
      </PageHead>
      <div className={css['page']}>
        <div className={css['cards']}>
          <Devices />
          <ChangePassword me={me} />
          <Tokens me={me} />
          <ThisBrowser />
          <Keyboard />
        </div>
        <nav className={css['contents']} aria-label={t('own.contents')}>
          {PARTS.map(([id, word]) => (
            <a key={id} href={`#${id}`}>
              {t(word)}
            </a>
          ))}
        </nav>
      </div>
    </>
  );
}
