import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { call, Problem, sentenceOf } from '../../api/client';
import { Button } from '../../parts/Button';
import { PasswordField } from '../../parts/PasswordField';
import { MIN_LENGTH } from '../../parts/strength';
import { say } from '../../parts/Toasts';
import { t } from '../../words';
import css from './Account.module.css';

/** A new password, for which the old one is asked. Every other device is signed out. */
export function ChangePassword({ name }: { name: string }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => call<unknown>('POST', '/me/password', { current, password }),
    onSuccess: () => {
      setCurrent('');
      setPassword('');
      say(t('own.password_changed'));
    },
  });
  const ready = current !== '' && [...password].length >= MIN_LENGTH;
  const wrongCurrent = change.error instanceof Problem && (change.error.status === 403 || change.error.status === 401);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !change.isPending) change.mutate();
  };
  return (
    <section className={`card ${css['card']}`} id="password" aria-labelledby="password-title">
      <h2 id="password-title">{t('account.password')}</h2>
      <p className="dim">{t('own.password_text')}</p>
      <form className={css['form']} onSubmit={submit} noValidate>
        <input type="text" className="vh" readOnly tabIndex={-1} aria-hidden="true" autoComplete="username" value={name} />
        <PasswordField label={t('own.password_current')} value={current} onChange={(event) => setCurrent(event.target.value)} error={wrongCurrent ? sentenceOf(change.error) : null} />
        <PasswordField label={t('own.password_new')} fresh about={name} value={password} onChange={(event) => setPassword(event.target.value)} error={change.error && !wrongCurrent ? sentenceOf(change.error) : null} />
        <Button type="submit" online working={change.isPending} blocked={!ready}>
          {t('own.password_act')}
        </Button>
      </form>
    </section>
  );
}
