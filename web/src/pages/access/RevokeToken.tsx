import '../../words/access';

import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { TokenView } from '../../api/types';
import { Confirm } from '../../parts/Dialog';
import { say } from '../../parts/Toasts';
import { t } from '../../words';

/** Says who is shut out before a token ends. */
export function RevokeToken({ token, onClose }: { token: TokenView | null; onClose: () => void }) {
  const revoke = useMutation({
    mutationFn: (one: TokenView) => call<undefined>('DELETE', `/tokens/${one.id}`),
    onSuccess: (_, one) => {
      say(t('access.token_revoked', { label: one.label }));
      for (const key of ['tokens', 'people']) void cache.invalidateQueries({ queryKey: [key] });
      close();
    },
  });
  const close = () => {
    onClose();
    revoke.reset();
  };
  if (token === null) return null;
  return (
    <Confirm
      title={t('access.token_revoke_title', { label: token.label })}
      open
      onClose={close}
      keep={t('access.token_keep')}
      act={t('access.token_revoke')}
      working={revoke.isPending}
      error={revoke.error ? sentenceOf(revoke.error) : null}
      onAct={() => revoke.mutate(token)}
    >
      <p>{t('access.token_revoke_text')}</p>
    </Confirm>
  );
}
