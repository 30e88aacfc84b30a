import { queryOptions } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { SessionView } from '../../api/types';

/** Where the visitor is signed in. */
export const devices = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await call<{ sessions: SessionView[] }>('GET', '/me/sessions')).sessions,
  refetchInterval: 30_000,
});
