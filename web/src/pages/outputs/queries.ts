import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { OutputDetail, TrashPage } from '../../api/types';

/** One file with what it says about how it was made. */
export const output = (path: string) =>
  queryOptions({ queryKey: ['outputs', 'one', path], queryFn: () => call<OutputDetail>('GET', `/outputs/one?${new URLSearchParams({ path }).toString()}`) });

/** What was thrown away, the last first. */
export const trash = infiniteQueryOptions({
  queryKey: ['outputs', 'trash'],
  queryFn: ({ pageParam }) => call<TrashPage>('GET', `/outputs/trash?${new URLSearchParams({ limit: '200', ...(pageParam !== null && { before: pageParam }) }).toString()}`),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
});
