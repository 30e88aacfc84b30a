import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../../api/client';
import { cache, tools } from '../../../api/queries';
import type { JobView } from '../../../api/types';
import { say } from '../../../parts/Toasts';
import { t } from '../../../words';
import { type AdminTool, asBody } from './model';
import { toolPath } from './queries';

export type Act = 'start' | 'stop' | 'restart' | 'kill';

const fresh = (tool: AdminTool) => {
  void cache.invalidateQueries({ queryKey: ['command', tool.id] });
  void cache.invalidateQueries({ queryKey: tools.queryKey });
};

/** What an admin does with one instance. A stop answers once it has ended, so a restart is one after the other. */
async function act(tool: AdminTool, what: Act, person: string | null): Promise<void> {
  const ask = (verb: 'start' | 'stop' | 'kill') => call<unknown>('POST', `${toolPath(tool.id)}/${verb}`, asBody(tool, person));
  if (what !== 'restart') await ask(what);
  else {
    await ask('stop');
    await ask('start');
  }
}

const SAID = { stop: 'tools.was_stopped', restart: 'tools.was_restarted', kill: 'tools.was_killed' } as const;

export function useAct(tool: AdminTool) {
  return useMutation({
    mutationFn: ({ what, person }: { what: Act; person: string | null }) => act(tool, what, person),
    onSuccess: (_, { what }) => what !== 'start' && say(t(SAID[what], { tool: tool.name })),
    onError: (error, { what }) => what === 'start' && say(sentenceOf(error), 'failed'),
    onSettled: () => fresh(tool),
  });
}

export function useInstall(tool: AdminTool) {
  return useMutation({
    mutationFn: () => call<{ job: JobView }>('POST', `${toolPath(tool.id)}/install`, {}),
    onError: (error) => say(sentenceOf(error), 'failed'),
    onSettled: () => fresh(tool),
  });
}
