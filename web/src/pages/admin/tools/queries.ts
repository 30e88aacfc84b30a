import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { call } from '../../../api/client';
import { type AdminTool, type CommandView, readable } from './model';

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

/** The same of every tool that can be looked into, by its id. What cannot is left out. */
export const commands = (tools: readonly AdminTool[]) =>
  queryOptions({
    queryKey: ['command', '', tools.filter(readable).map((tool) => tool.id).join()],
    queryFn: async () => {
      const wanted = tools.filter(readable);
      const found = await Promise.allSettled(wanted.map((tool) => call<CommandView>('GET', `${toolPath(tool.id)}/command`)));
      return new Map(found.flatMap((each, at) => (each.status === 'fulfilled' ? [[wanted[at]?.id ?? '', each.value] as const] : [])));
    },
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });
