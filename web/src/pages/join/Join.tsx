import '../../words/entry';

import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { entered } from '../../api/session';
import type { LinkView, Me } from '../../api/types';
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

/** A link for one person: the first password, or a new one. */
export function Join() {
  const { code, check } = useLink();
  const view = check.data;
  useTitle(t(view?.purpose === 'reset' ? 'join.reset_title' : 'join.title'));
  return (
    <SignLayout>
      {view && view.purpose !== 'setup' ? (
        <Choose code={code} view={view} />
      ) : code !== '' && check.isPending ? (
        <LinkWaits />
      ) : (
        <LinkTrouble kind="join" code={code} error={check.error} />
      )}
    </SignLayout>
  );
}

function Choose({ code, view }: { code: string; view: LinkView }) {
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const reset = view.purpose === 'reset';
  const ready = [...password].length >= MIN_LENGTH;
  const use = useMutation({
    mutationFn: () => call<Me | { me: Me }>('POST', '/links/use', { code, password }),
    onSuccess: (answer) => {
      entered(answer);
      void navigate({ to: '/', replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !use.isPending) use.mutate();
  };
  const fields = { by: view.by ?? '', until: until(view.expires_at, Date.now() / 1000) };
  return (
    <>
      <SignHead title={t(reset ? 'join.reset_title' : 'join.title')}>
        {t(reset ? 'join.reset_text' : view.by ? 'join.text_by' : 'join.text', fields)}
      </SignHead>
      <form onSubmit={submit} noValidate>
        <Field label={t('join.name')} large readOnly autoComplete="username" value={view.name ?? ''} hint={reset ? undefined : t('join.name_hint')} />
        <PasswordField
          label={t('password.choose')}
          fresh
          autoFocus
          about={view.name ?? ''}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={use.error ? sentenceOf(use.error) : null}
        />
        <div className={css['submit']}>
          <Button type="submit" look="primary" size="l" wide working={use.isPending} blocked={!ready}>
            {t(reset ? 'join.reset_act' : 'join.act')}
          </Button>
        </div>
      </form>
      {!reset && (
        <p className={`meta ${css['after']}`}>
          {t('join.already')}{' '}
          <Link to="/signin" className="link">
            {t('signin.title')}
          </Link>
        </p>
      )}
    </>
  );
}
