import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

import { isPage, safeNext } from '../../app/next';
import { session } from '../../api/queries';

/** Whoever is signed in goes on to where they wanted to be, which is what is returned. */
export function useGoOn(next: unknown): string {
  const navigate = useNavigate();
  const target = safeNext(next);
  const { data: me } = useQuery(session);
  useEffect(() => {
    if (!me) return;
    if (isPage(target)) void navigate({ href: target, replace: true });
    else window.location.replace(target);
  }, [me, target, navigate]);
  return target;
}
