import '../../words/entry';

import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { entered } from '../../api/session';
import type { LinkView, Me } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Button } from '../../parts/Button';
import { Field } from '../../parts/Field';
import { LinkTrouble, LinkWaits } from '../../parts/LinkTrouble';
import { PasswordField } from '../../parts/PasswordField';
import { signCss as css, SignHead, SignLayout } from '../../parts/SignLayout';
import { MIN_LENGTH } from '../../parts/strength';
import { until } from '../../parts/time';
import { useLink } from '../../parts/useLink';
import { useTitle } from '../../parts/useTitle';
import { t } from '../../words';

/** The first admin claims the studio with the link it printed. */
export function Setup() {
  useTitle(t('setup.title'));
  const { code, check } = useLink();
  const view = check.data;
  return (
    <SignLayout>
      {view?.purpose === 'setup' ? (
        <Claim code={code} view={view} />
      ) : code !== '' && check.isPending ? (
        <LinkWaits />
      ) : (
        <LinkTrouble kind="setup" code={code} error={check.error} />
      )}
    </SignLayout>
  );
}

const NEW = '\u0000';

function Claim({ code, view }: { code: string; view: LinkView }) {
  const navigate = useNavigate();
  const [chosen, choose] = useState(view.admins[0] ?? NEW);
  const [fresh, setFresh] = useState('');
  const [password, setPassword] = useState('');
  const name = (chosen === NEW ? fresh : chosen).trim();
  const ready = name !== '' && [...password].length >= MIN_LENGTH;
  const claim = useMutation({
    mutationFn: () => call<Me | { me: Me }>('POST', '/links/use', { code, password, name }),
    onSuccess: (answer) => {
      entered(answer);
      void navigate({ to: '/', replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !claim.isPending) claim.mutate();
  };
  return (
    <>
      <SignHead title={t('setup.title')}>{t('setup.text', { until: until(view.expires_at, Date.now() / 1000) })}</SignHead>
      <form onSubmit={submit} noValidate>
        {view.admins.length > 0 && (
          <fieldset className={css['options']}>
            <legend>{t('setup.who')}</legend>
            {view.admins.map((admin) => (
              <label key={admin} className={css['option']}>
                <input type="radio" name="who" checked={chosen === admin} onChange={() => choose(admin)} />
                <Avatar name={admin} />
                <span>
                  <b className="el" title={admin}>{admin}</b>
                </span>
              </label>
            ))}
            <label className={css['option']}>
              <input type="radio" name="who" checked={chosen === NEW} onChange={() => choose(NEW)} />
              <span>
                <b>{t('setup.someone_else')}</b>
                <span className="meta">{t('setup.someone_else_text')}</span>
              </span>
            </label>
          </fieldset>
        )}
        {chosen === NEW && (
          <Field label={t('setup.name')} large autoComplete="username" maxLength={200} value={fresh} onChange={(event) => setFresh(event.target.value)} hint={t('setup.name_hint')} />
        )}
        {chosen !== NEW && <input type="text" className="vh" readOnly tabIndex={-1} aria-hidden="true" autoComplete="username" value={name} />}
        <PasswordField
          label={t('password.choose')}
          fresh
          about={name}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={claim.error ? sentenceOf(claim.error) : null}
        />
        <div className={css['submit']}>
          <Button type="submit" look="primary" size="l" wide working={claim.isPending} blocked={!ready}>
            {t('setup.act')}
          </Button>
        </div>
      </form>
      <p className={`meta ${css['after']}`}>
        {t('join.already')}{' '}
        <Link to="/signin" className="link">
          {t('signin.title')}
        </Link>
      </p>
    </>
  );
}
