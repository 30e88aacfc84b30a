import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { PromptDetail, PromptState, PromptView } from '../../api/types';

const STRETCH = 50;

/** Prompts, the newest first, a stretch at a time. */
export const prompts = (state: PromptState | null, text: string) =>
  infiniteQueryOptions({
    queryKey: ['prompts', 'list', state, text],
    queryFn: async ({ pageParam }) => {
      const words = new URLSearchParams({ limit: String(STRETCH) });
      if (state !== null) words.set('state', state);
      if (text !== '') words.set('text', text);
      if (pageParam !== null) words.set('before', String(pageParam));
      return (await call<{ prompts: PromptView[] }>('GET', `/prompts?${words.toString()}`)).prompts;
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < STRETCH ? null : (page.at(-1)?.number ?? null)),
    // A new filter's answer takes the old one's place when it is there.
    placeholderData: keepPreviousData,
  });

/** One prompt with its workflow and outputs. */
export const prompt = (id: string) => queryOptions({ queryKey: ['prompts', 'one', id], queryFn: () => call<PromptDetail>('GET', `/prompts/${encodeURIComponent(id)}`) });
