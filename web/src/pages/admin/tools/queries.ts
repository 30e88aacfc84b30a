import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { call } from '../../../api/client';
import type { CommandView } from './model';

/** What processes take is measured anew this often while somebody looks. */
const AGAIN_MS = 5_000;

export const toolPath = (tool: string) => `/tools/${encodeURIComponent(tool)}`;

/** What a start of a tool would run, for a tool of artists' own as `as` would start it. */
export const command = (tool: string, as?: string) =>
  queryOptions({
    queryKey: ['command', tool, as ?? ''],
    queryFn: () => call<CommandView>('GET', `${toolPath(tool)}/command${as === undefined ? '' : `?as=${encodeURIComponent(as)}`}`),
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });
