import '../words/shell';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { sentenceOf } from '../api/client';
import type { Me } from '../api/types';
import { Button } from '../parts/Button';
import { Dialog, DialogActs } from '../parts/Dialog';
import { PasswordField } from '../parts/PasswordField';
import { t } from '../words';
import css from './AdminDialog.module.css';
import { answered, beginAdminMode } from './adminMode';

/** The password once more: then this session acts as an admin for half an hour. */
export function AdminDialog({ me }: { me: Me }) {
  const [password, setPassword] = useState('');
  const [empty, setEmpty] = useState(false);
  const begin = useMutation({ mutationFn: () => beginAdminMode(me.has_password ? password : null) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (me.has_password && password === '') setEmpty(true);
    else begin.mutate();
  };
  const error = empty ? t('admin_mode.no_password') : begin.error ? sentenceOf(begin.error) : null;
  return (
    <Dialog title={t('admin_mode.title')} open onClose={() => answered(false)}>
      <form className={css['form']} onSubmit={submit}>
        <p className="dim">{t(me.has_password ? 'admin_mode.text' : 'admin_mode.text_open')}</p>
        {/* A password manager needs the name beside it. */}
        <input type="text" name="username" autoComplete="username" value={me.name} readOnly hidden />
        {me.has_password ? (
          <PasswordField
            label={t('admin_mode.password')}
            value={password}
            error={error}
            autoFocus
            onChange={(event) => {
              setPassword(event.target.value);
              setEmpty(false);
              begin.reset();
            }}
          />
        ) : (
          error && <p role="alert">{error}</p>
        )}
        <DialogActs>
          <Button onClick={() => answered(false)}>{t('admin_mode.stay')}</Button>
          <Button type="submit" look="primary" online working={begin.isPending}>
            {t('admin_mode.act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}
