import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { LogEntry, LogHits, RunView } from '../../api/types';

const RUNS_AT_ONCE = 100;
const HITS_AT_ONCE = 200;

/** What others start is told to nobody but them: looked for again now and then. */
const AGAIN_MS = 15_000;

/** Lives of tools, the newest first. */
export const runs = infiniteQueryOptions({
  queryKey: ['runs'],
  queryFn: async ({ pageParam }) => (await call<{ runs: RunView[] }>('GET', `/runs?limit=${RUNS_AT_ONCE}${pageParam === null ? '' : `&before=${pageParam}`}`)).runs,
  initialPageParam: null as number | null,
  getNextPageParam: (page) => (page.length < RUNS_AT_ONCE ? null : (page.at(-1)?.id ?? null)),
  refetchInterval: AGAIN_MS,
});

/** The logs that the person may read. */
export const logs = queryOptions({
  queryKey: ['logs'],
  queryFn: async () => (await call<{ logs: LogEntry[] }>('GET', '/logs')).logs,
  staleTime: 5000,
  refetchInterval: AGAIN_MS,
});

/** Lines that hold a text, the newest first. */
export const hits = (text: string, exact: boolean, log: string | undefined, from: number | undefined) =>
  infiniteQueryOptions({
    queryKey: ['hits', text, exact, log ?? '', from ?? 0],
    queryFn: ({ pageParam, signal }) => {
      const words = new URLSearchParams({ text, limit: String(HITS_AT_ONCE) });
      if (exact) words.set('case', 'true');
      if (log !== undefined) words.set('log', log);
      if (from !== undefined) words.set('from', String(from));
      if (pageParam !== null) words.set('before', pageParam);
      return call<LogHits>('GET', `/logs/search?${words.toString()}`, undefined, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 60_000,
    enabled: text !== '',
  });
