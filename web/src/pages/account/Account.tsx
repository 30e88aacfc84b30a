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
        {rich('account.answer', { name: <b>{me.name}</b>, role: t(me.role === 'admin' ? 'people.admin_low' : 'people.artist_low'), folder: <span className="mono">{me.folder}</span> })}
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
      <h2 id="browser">{t('account.browser')}</h2>
      <p className="dim">{t('account.browser_text')}</p>
      <div className={css['checks']}>
        <Check checked={keys} onChange={(event) => prefer('keys', event.target.checked)} hint={t('account.keys_hint')}>
          {t('account.keys')}
        </Check>
        <Check checked={spoken} onChange={(event) => prefer('spoken', event.target.checked)} hint={t('account.spoken_hint')}>
          {t('account.spoken')}
        </Check>
      </div>
    </section>
  );
}
