import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { sentenceOf } from '../../api/client';
import { tokens as tokensQuery } from '../../api/queries';
import type { Me, TokenView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Note, Skeleton } from '../../parts/Surface';
import { useNow } from '../../parts/time';
import { t } from '../../words';
import { RevokeToken } from '../access/RevokeToken';
import { TokenRow } from '../access/TokenRow';
import css from './Account.module.css';
import { Card } from './Card';
import { NewToken } from './NewToken';

/** Personal tokens: what programs sign in with. */
export function Tokens({ me }: { me: Me }) {
  const { data, error, refetch } = useQuery(tokensQuery);
  const [revoking, revoke] = useState<TokenView | null>(null);
  const now = useNow(20_000);
  return (
    <Card id="tokens" title={t('account.tokens')} text={t('own.tokens_text')}>
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton height={48} />}
      {data && data.length > 0 && (
        <ul className={css['list']}>
          {data.map((token) => (
            <TokenRow key={token.id} token={token} now={now} onRevoke={() => revoke(token)} />
          ))}
        </ul>
      )}
      <NewToken admin={me.role === 'admin'} />
      <RevokeToken token={revoking} onClose={() => revoke(null)} />
    </Card>
  );
}
