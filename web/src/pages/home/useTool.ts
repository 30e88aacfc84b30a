import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache, tools } from '../../api/queries';
import type { JobView, ToolView } from '../../api/types';
import { replaced } from '../../events';
import { say } from '../../parts/Toasts';
import { t } from '../../words';

const failed = (error: unknown) => say(sentenceOf(error), 'failed');

function keep(view: ToolView | undefined): void {
  if (view?.id) cache.setQueryData(tools.queryKey, (list) => list && replaced(list, view, 'end'));
  else void cache.invalidateQueries({ queryKey: tools.queryKey });
}

/** What can be done with a tool. Every refusal is said in the studio's words. */
export function useTool(tool: ToolView) {
  const path = `/tools/${encodeURIComponent(tool.id)}`;
  const start = useMutation({ mutationFn: () => call<ToolView>('POST', `${path}/start`, {}), onSuccess: keep, onError: failed });
  const stop = useMutation({ mutationFn: () => call<ToolView>('POST', `${path}/stop`, {}), onSuccess: keep, onError: failed });
  const install = useMutation({
    mutationFn: () => call<{ job: JobView }>('POST', `${path}/install`, {}),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: tools.queryKey });
      void cache.invalidateQueries({ queryKey: ['jobs'] });
    },
    onError: failed,
  });
  return { start, stop, install };
}

/** Look again whether ComfyUI keeps artists apart; what comes of it shows on its card. */
export function useCheck() {
  return useMutation({
    mutationFn: () => call<{ refusal: string | null }>('POST', '/comfyui/check'),
    onSuccess: ({ refusal }) => (refusal === null ? say(t('tool.check_passed')) : say(t('tool.check_failed'), 'failed')),
    onError: failed,
    onSettled: () => cache.invalidateQueries({ queryKey: tools.queryKey }),
  });
}

/** The address of a tool's own origin. */
export function addressOf(tool: ToolView): string {
  if (tool.url) return tool.url;
  const { protocol, hostname } = window.location;
  return `${protocol}//${hostname}:${tool.url_port}/`;
}
