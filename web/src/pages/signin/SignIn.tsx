import '../../words/entry';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useState } from 'react';

import { call, Problem, sentenceOf } from '../../api/client';
import { studio } from '../../api/queries';
import { entered } from '../../api/session';
import type { Me } from '../../api/types';
import { Button } from '../../parts/Button';
import { Field } from '../../parts/Field';
import { PasswordField } from '../../parts/PasswordField';
import { signCss as css, SignHead, SignLayout } from '../../parts/SignLayout';
import { Note } from '../../parts/Surface';
import { duration, useNow } from '../../parts/time';
import { useTitle } from '../../parts/useTitle';
import { rich, t } from '../../words';
import { Elsewhere } from './Elsewhere';
import { useGoOn } from './useGoOn';

// Names are shown only where the studio lets everybody at its machine pick one.
const Profiles = lazy(async () => ({ default: (await import('./Profiles')).Profiles }));

/** The way in. Where passwords are asked it shows no names, and says of a wrong try only that it was wrong. */
export function SignIn() {
  useTitle(t('signin.title'));
  const { data } = useQuery(studio);
  return (
    <SignLayout>
      {data?.state === 'setup' ? (
        <NotSetUp />
      ) : data?.auth === 'open' ? (
        <Suspense fallback={null}>
          <Profiles profiles={data.profiles} />
        </Suspense>
      ) : (
        <Form />
      )}
    </SignLayout>
  );
}

function NotSetUp() {
  return (
    <>
      <SignHead title={t('signin.not_set_up')}>{t('signin.not_set_up_text')}</SignHead>
      <p className={`meta ${css['after']}`}>{rich('signin.not_set_up_again', { command: <code className="mono">{t('signin.restart_command')}</code> })}</p>
    </>
  );
}

function Form() {
  const search = useSearch({ from: '/signin' });
  const target = useGoOn(search.next);
  const { data } = useQuery(studio);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [missing, miss] = useState<'name' | 'password' | null>(null);
  const [blockedUntil, block] = useState(0);
  const left = Math.ceil(blockedUntil - useNow(500));

  const enter = useMutation({
    mutationFn: () => call<Me | { me: Me }>('POST', '/session', { name, password }),
    onSuccess: entered,
    onError: (error) => {
      setPassword('');
      if (error instanceof Problem && error.retryAfter !== null) block(Date.now() / 1000 + error.retryAfter);
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (left > 0 || enter.isPending) return;
    const empty = name.trim() === '' ? 'name' : password === '' ? 'password' : null;
    miss(empty);
    if (empty === null) enter.mutate();
    else document.querySelector<HTMLInputElement>(`input[name="${empty}"]`)?.focus();
  };
  const throttled = left > 0;
  return (
    <>
      <SignHead title={t('signin.title')}>{rich('signin.to', { studio: <b>{window.location.host}</b> })}</SignHead>
      <form onSubmit={submit} noValidate>
        {search.ended && !enter.error && <Note look="plain">{t('signin.ended')}</Note>}
        <Field label={t('signin.name')} name="name" error={missing === 'name' ? t('signin.no_name') : null} large autoComplete="username" autoCapitalize="words" autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        <PasswordField
          label={t('signin.password')}
          name="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={missing === 'password' ? t('signin.no_password') : enter.error && !throttled ? sentenceOf(enter.error) : null}
        />
        <div className={css['submit']}>
          <Button type="submit" look="primary" size="l" wide working={enter.isPending} blocked={throttled}>
            {t('signin.enter')}
          </Button>
          {throttled && (
            <span className="meta" role="status">
              {t('signin.throttled', { left: duration(left) })}
            </span>
          )}
        </div>
      </form>
      {data?.oidc && <Elsewhere name={data.oidc.name} next={target} />}
      <p className={`meta ${css['after']}`}>{t('signin.forgot')}</p>
    </>
  );
}
