import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { call, Problem, sentenceOf } from '../../api/client';
import type { Me } from '../../api/types';
import { Button } from '../../parts/Button';
import { PasswordField } from '../../parts/PasswordField';
import { MIN_LENGTH } from '../../parts/strength';
import { say } from '../../parts/Toasts';
import { t } from '../../words';
import css from './Account.module.css';
import { Card } from './Card';

/** A new password, for which the old one is asked. Every other device is signed out. */
export function ChangePassword({ me }: { me: Me }) {
  if (!me.has_password) return <Card id="password" title={t('own.no_password')} text={t('own.no_password_text')} />;
  return (
    <Card id="password" title={t('account.password')} text={t('own.password_text')}>
      <Form name={me.name} />
    </Card>
  );
}

function Form({ name }: { name: string }) {
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
    <form className={css['form']} onSubmit={submit} noValidate>
      <input type="text" className="vh" readOnly tabIndex={-1} aria-hidden="true" autoComplete="username" value={name} />
      <PasswordField label={t('own.password_current')} value={current} onChange={(event) => setCurrent(event.target.value)} error={wrongCurrent ? sentenceOf(change.error) : null} />
      <PasswordField label={t('own.password_new')} fresh about={name} value={password} onChange={(event) => setPassword(event.target.value)} error={change.error && !wrongCurrent ? sentenceOf(change.error) : null} />
      <Button type="submit" online working={change.isPending} blocked={!ready}>
        {t('own.password_act')}
      </Button>
    </form>
  );
}
