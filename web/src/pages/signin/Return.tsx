import '../../words/entry';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { isPage, safeNext } from '../../app/next';
import { call, Problem, sentenceOf } from '../../api/client';
import { session, studio } from '../../api/queries';
import { entered } from '../../api/session';
import type { Me } from '../../api/types';
import { Button, buttonClass } from '../../parts/Button';
import { signCss as css, SignHead, SignLayout } from '../../parts/SignLayout';
import { Arc } from '../../parts/StateMark';
import { useTitle } from '../../parts/useTitle';
import { t } from '../../words';
import waits from './Elsewhere.module.css';

interface Brought {
  code: string;
  state: string;
}

/** What the provider put into the address: a code, that somebody turned back there, or nothing. */
function broughtBy(query: string): Brought | 'declined' | null {
  const found = new URLSearchParams(query);
  const [code, state] = [found.get('code'), found.get('state')];
  if (code && state) return { code, state };
  return found.has('error') ? 'declined' : null;
}

/** Where a sign-in at a provider comes back to. The page hands the code over, so that opening an address alone changes nothing. */
export function Return() {
  useTitle(t('signin.title'));
  const [brought] = useState(() => broughtBy(window.location.search));
  const { data: me } = useQuery(session);
  const { data } = useQuery(studio);
  const [goal, aim] = useState('/');
  const navigate = useNavigate();
  const sent = useRef(false);
  const enter = useMutation({
    mutationFn: (back: Brought) => call<{ me: Me; next: string }>('POST', '/session/oidc/return', back),
    onSuccess: (answer) => {
      aim(safeNext(answer.next));
      entered(answer);
    },
  });
  const { mutate } = enter;

  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    // The code works once and in this browser only; it need not stay in the history all the same.
    window.history.replaceState(window.history.state, '', window.location.pathname);
    if (brought !== null && brought !== 'declined') mutate(brought);
  }, [brought, mutate]);

  // Somebody who is in already, by another tab or by going back, is not told that a code was used.
  const idle = enter.isSuccess || enter.isError || brought === null || brought === 'declined';
  useEffect(() => {
    if (!me || !idle) return;
    if (isPage(goal)) void navigate({ href: goal, replace: true });
    else window.location.replace(goal);
  }, [me, idle, goal, navigate]);

  const name = data?.oidc?.name ?? '';
  if (!idle || me) {
    return (
      <SignLayout>
        <SignHead title={t('signin.returning')}>{name && t('signin.returning_text', { name })}</SignHead>
        <div className={waits['wait']} role="status" aria-label={t('common.loading')}>
          <Arc />
        </div>
      </SignLayout>
    );
  }
  const again = enter.error instanceof Problem && enter.error.status === 0 && typeof brought === 'object' && brought !== null ? brought : null;
  const key = brought === 'declined' ? 'declined' : 'incomplete';
  return (
    <SignLayout>
      <SignHead title={t(enter.error ? 'signin.return_failed' : `signin.return_${key}`)}>
        <span role="alert">{enter.error ? sentenceOf(enter.error) : t(`signin.return_${key}_text`, { name: name || t('signin.provider') })}</span>
      </SignHead>
      <div className={css['after']}>
        {again ? (
          <Button look="primary" onClick={() => mutate(again)}>
            {t('common.try_again')}
          </Button>
        ) : (
          <Link to="/signin" className={buttonClass({ look: 'primary' })}>
            {t('link.to_signin')}
          </Link>
        )}
      </div>
    </SignLayout>
  );
}
