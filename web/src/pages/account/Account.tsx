import '../../words/account';

import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

import { prefer, usePreferences } from '../../app/preferences';
import { session } from '../../api/queries';
import { Check } from '../../parts/Check';
import { PageHead } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { rich, t } from '../../words';
import css from './Account.module.css';
import { ChangePassword } from './ChangePassword';
import { Tokens } from './Tokens';

/** What belongs to whoever is signed in: tokens, the password, how this browser behaves. */
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
      <div className={css['cards']}>
        <Tokens />
        <ChangePassword name={me.name} />
        <ThisBrowser />
      </div>
    </>
  );
}

function ThisBrowser() {
  const { keys, spoken } = usePreferences();
  return (
    <section className={`card ${css['card']}`} aria-labelledby="browser">
      <h2 id="browser">{t('own.browser')}</h2>
      <p className="dim">{t('own.browser_text')}</p>
      <div className={css['checks']}>
        <Check checked={keys} onChange={(event) => prefer('keys', event.target.checked)} hint={t('own.keys_hint')}>
          {t('own.keys')}
        </Check>
        <Check checked={spoken} onChange={(event) => prefer('spoken', event.target.checked)} hint={t('own.spoken_hint')}>
          {t('own.spoken')}
        </Check>
      </div>
    </section>
  );
}
