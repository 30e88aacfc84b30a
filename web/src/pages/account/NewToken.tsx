import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache, tokens as tokensQuery } from '../../api/queries';
import type { Scope } from '../../api/types';
import { Button } from '../../parts/Button';
import { CopyLine } from '../../parts/CopyLine';
import { Field } from '../../parts/Field';
import { Segments } from '../../parts/Segments';
import { t } from '../../words';
import css from './Account.module.css';

interface MadeToken {
  label: string;
  token: string;
}

/** Days that a token lasts; without an end it lasts until it is revoked. */
const SPANS = { week: 7, month: 30, quarter: 90, year: 365, endless: null } as const;
type Span = keyof typeof SPANS;

/** Makes a token, and shows it this once. */
export function NewToken({ admin }: { admin: boolean }) {
  const [label, setLabel] = useState('');
  const [scope, setScope] = useState<Scope>('use');
  const [span, setSpan] = useState<Span>('quarter');
  const make = useMutation({
    mutationFn: () => call<MadeToken>('POST', '/tokens', { label: label.trim(), scope, days: SPANS[span] }),
    onSuccess: () => {
      setLabel('');
      void cache.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (label.trim() !== '' && !make.isPending) make.mutate();
  };
  return (
    <>
      <form className={css['make']} onSubmit={submit} noValidate>
        <Field label={t('own.token_label')} value={label} maxLength={100} autoComplete="off" placeholder={t('own.token_example')} onChange={(event) => setLabel(event.target.value)} error={make.error ? sentenceOf(make.error) : null} />
        <Segments
          label={t('own.token_scope')}
          value={scope}
          onChoose={setScope}
          options={(admin ? (['read', 'use', 'admin'] as const) : (['read', 'use'] as const)).map((each) => [each, t(`own.scope_${each}`)] as const)}
          hint={t(`own.scope_${scope}_hint`)}
        />
        <Segments
          label={t('own.token_days')}
          value={span}
          onChoose={setSpan}
          options={(Object.keys(SPANS) as Span[]).map((each) => [each, t(`own.lasts_${each}`)] as const)}
          hint={span === 'endless' ? t('own.endless_hint') : undefined}
        />
        <Button type="submit" online working={make.isPending} blocked={label.trim() === ''}>
          {t('own.token_make')}
        </Button>
      </form>
      {make.data && (
        <div className={css['fresh']} role="status">
          <span>{t('own.token_once', { label: make.data.label })}</span>
          <CopyLine value={make.data.token} label={t('own.token_of', { label: make.data.label })} />
        </div>
      )}
    </>
  );
}
