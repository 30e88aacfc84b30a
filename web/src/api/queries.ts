import { QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';

import { call, Problem } from './client';
import type { JobView, Me, OutputPage, PeopleView, Studio, TokenView, ToolView } from './types';

/** What the pages know of the studio. Events keep it fresh, so nothing grows old by time. */
export const cache: QueryClient = new QueryClient({
  // A session that is over leads to the sign-in page, whichever answer says so first.
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof Problem && error.status === 401 && cache.getQueryData(['session'])) cache.setQueryData(['session'], null);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
      retryDelay: (failures) => 600 * 2 ** failures,
    },
  },
});

export const studio = queryOptions({ queryKey: ['studio'], queryFn: () => call<Studio>('GET', '/studio') });

/** Who is signed in; `null` for nobody. */
export const session = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Me | null> => {
    try {
      const answer = await call<Me | { me: Me }>('GET', '/session');
      return 'me' in answer ? answer.me : answer;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
});

export const tools = queryOptions({
  queryKey: ['tools'],
  queryFn: async () => (await call<{ tools: ToolView[] }>('GET', '/tools')).tools,
});

export const jobs = queryOptions({
  queryKey: ['jobs'],
  queryFn: async () => (await call<{ jobs: JobView[] }>('GET', '/jobs')).jobs,
});

export const job = (id: number) =>
  queryOptions({ queryKey: ['job', id], queryFn: () => call<JobView>('GET', `/jobs/${id}`) });

/** How many are on the roster, and how they stand. For admins in admin mode. */
export const peopleCounts = queryOptions({
  queryKey: ['people', 'counts'],
  queryFn: async () => (await call<PeopleView>('GET', '/people?limit=1')).counts,
});

export const tokens = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await call<{ tokens: TokenView[] }>('GET', '/tokens')).tokens,
});

/** The images that the person made last. */
export const recentImages = queryOptions({
  queryKey: ['outputs', 'recent'],
  queryFn: () => call<OutputPage>('GET', '/outputs?limit=8&kind=image'),
});
