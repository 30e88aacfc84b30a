import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { PeopleView, PersonDetail } from '../../api/types';
import type { Wanted } from './wanted';

/** The first stretch is small, so that the page is there at once; the rest comes in large ones. */
const FIRST = 100;
const NEXT = 1000;

/** Lists longer than the first stretch are asked again by events alone: who is here grows old in them. */
const AGAIN_MS = 30_000;

export function pathOf({ text, state, role }: Wanted, after: number | null): string {
  const query = new URLSearchParams();
  if (text) query.set('text', text);
  if (state) query.set('state', state);
  if (role) query.set('role', role);
  if (after !== null) query.set('after', String(after));
  query.set('limit', String(after === null ? FIRST : NEXT));
  return `/people?${query.toString()}`;
}

/** The people that a filter lets through, as far as somebody scrolled. */
export const roster = ({ text, state, role }: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['people', 'list', { text: text ?? '', state: state ?? '', role: role ?? '' }],
    queryFn: ({ pageParam }) => call<PeopleView>('GET', pathOf({ ...(text && { text }), ...(state && { state }), ...(role && { role }) }, pageParam)),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => ((data?.pages.length ?? 0) < 2 ? AGAIN_MS : false),
  });

/** One person with devices, tokens and tools. */
export const person = (id: number) =>
  queryOptions({ queryKey: ['people', 'one', id], queryFn: () => call<PersonDetail>('GET', `/people/${id}`), refetchInterval: AGAIN_MS });
