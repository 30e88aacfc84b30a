import type { Scope, TokenView } from '../../api/types';
import { ago, until } from '../../parts/time';
import { t, type WordKey } from '../../words';

export const SCOPES: Record<Scope, WordKey> = { read: 'access.scope_read', use: 'access.scope_use', admin: 'access.scope_admin' };

/** Whether a token opens nothing any more. */
export function isOver(token: TokenView, now: number): boolean {
  return token.expires_at !== null && token.expires_at <= now;
}

/** "Acts as an artist, used 12 min ago, until 3 December, 18:00" */
export function tokenLine(token: TokenView, now: number): string {
  const end = token.expires_at;
  return [
    t(SCOPES[token.scope]),
    token.used_at === null ? t('access.token_unused') : t('access.token_used', { when: ago(token.used_at, now) }),
    end === null ? t('access.token_endless') : isOver(token, now) ? t('access.token_over', { when: ago(end, now) }) : t('access.token_ends', { when: until(end, now) }),
  ].join(', ');
}
