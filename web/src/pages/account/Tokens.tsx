import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache, tokens as tokensQuery } from '../../api/queries';
import type { TokenView } from '../../api/types';
import { Button } from '../../parts/Button';
import { CopyLine } from '../../parts/CopyLine';
import { Confirm } from '../../parts/Dialog';
import { Field } from '../../parts/Field';
import { Skeleton } from '../../parts/Surface';
import { ago, useNow } from '../../parts/time';
import { say } from '../../parts/Toasts';
import { t } from '../../words';
import css from './Account.module.css';

interface MadeToken {
  id: number;
  label: string;
  token: string;
}

const fresh = () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey });

/** Personal tokens: what programs sign in with. A new one is shown once. */
export function Tokens() {
  const { data, error } = useQuery(tokensQuery);
  const [label, setLabel] = useState('');
  const [revoking, revoke] = useState<TokenView | null>(null);
  const make = useMutation({
    mutationFn: () => call<MadeToken>('POST', '/tokens', { label: label.trim() }),
    onSuccess: () => {
      setLabel('');
      void fresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (label.trim() !== '' && !make.isPending) make.mutate();
  };
  return (
    <section className={`card ${css['card']}`} id="tokens" aria-labelledby="tokens-title">
      <h2 id="tokens-title">{t('account.tokens')}</h2>
      <p className="dim">{t('own.tokens_text')}</p>
      {make.data && (
        <div className={css['fresh']} role="status">
          <span>{t('own.token_once', { label: make.data.label })}</span>
          <CopyLine value={make.data.token} label={t('own.token_of', { label: make.data.label })} />
        </div>
      )}
      <form className={css['make']} onSubmit={submit} noValidate>
        <Field label={t('own.token_label')} value={label} maxLength={100} autoComplete="off" placeholder={t('own.token_example')} onChange={(event) => setLabel(event.target.value)} error={make.error ? sentenceOf(make.error) : null} />
        <Button type="submit" online working={make.isPending} blocked={label.trim() === ''}>
          {t('own.token_make')}
        </Button>
      </form>
      {error && !data && <p className="meta">{sentenceOf(error)}</p>}
      {!data && !error && <Skeleton height={48} />}
      {data && data.length > 0 && (
        <ul className={css['list']}>
          {data.map((token) => (
            <TokenRow key={token.id} token={token} onRevoke={() => revoke(token)} />
          ))}
        </ul>
      )}
      <Revoke token={revoking} onClose={() => revoke(null)} />
    </section>
  );
}

function TokenRow({ token, onRevoke }: { token: TokenView; onRevoke: () => void }) {
  const now = useNow(20_000);
  return (
    <li>
      <span>
        <b className="el" title={token.label}>{token.label}</b>
        <span className="meta">
          {t('own.token_made', { when: ago(token.created_at, now) })}{' '}
          {token.used_at === null ? t('own.token_unused') : t('own.token_used', { when: ago(token.used_at, now) })}
        </span>
      </span>
      <Button size="s" look="risky" online onClick={onRevoke} aria-label={t('own.token_revoke_label', { label: token.label })}>
        {t('own.token_revoke')}
      </Button>
    </li>
  );
}

function Revoke({ token, onClose }: { token: TokenView | null; onClose: () => void }) {
  const revoke = useMutation({
    mutationFn: (one: TokenView) => call<undefined>('DELETE', `/tokens/${one.id}`),
    onSuccess: (_, one) => {
      say(t('own.token_revoked', { label: one.label }));
      void fresh();
      onClose();
    },
  });
  if (token === null) return null;
  return (
    <Confirm
      title={t('own.token_revoke_title', { label: token.label })}
      open
      onClose={onClose}
      keep={t('own.token_keep')}
      act={t('own.token_revoke')}
      working={revoke.isPending}
      error={revoke.error ? sentenceOf(revoke.error) : null}
      onAct={() => revoke.mutate(token)}
    >
      <p>{t('own.token_revoke_text')}</p>
    </Confirm>
  );
}
