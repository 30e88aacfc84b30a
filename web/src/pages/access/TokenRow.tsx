import '../../words/access';

import { KeyRound } from 'lucide-react';

import type { TokenView } from '../../api/types';
import { Button } from '../../parts/Button';
import { t } from '../../words';
import css from './access.module.css';
import { isOver, tokenLine } from './tokens';

/** One token: for which program, what it may do, its last use and its end. */
export function TokenRow({ token, now, onRevoke }: { token: TokenView; now: number; onRevoke: () => void }) {
  return (
    <li className={`${css['row']} ${isOver(token, now) ? css['over'] : ''}`}>
      <KeyRound aria-hidden="true" />
      <span className={css['words']}>
        <b className="el" title={token.label}>{token.label}</b>
        <span className="meta">{tokenLine(token, now)}</span>
      </span>
      <Button size="s" look="risky" online onClick={onRevoke} aria-label={t('access.token_revoke_label', { label: token.label })}>
        {t('access.token_revoke')}
      </Button>
    </li>
  );
}
