import { queryOptions } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { OutputDetail, TrashedView } from '../../api/types';

/** One file with what it says about how it was made. */
export const output = (path: string) =>
  queryOptions({ queryKey: ['outputs', 'one', path], queryFn: () => call<OutputDetail>('GET', `/outputs/one?${new URLSearchParams({ path }).toString()}`) });

export const trash = queryOptions({
  queryKey: ['outputs', 'trash'],
  queryFn: async () => (await call<{ trash: TrashedView[] }>('GET', '/outputs/trash')).trash,
});
