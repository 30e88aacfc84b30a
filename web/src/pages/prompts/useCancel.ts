import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { PromptView } from '../../api/types';
import { say } from '../../parts/Toasts';

/** Take a prompt back before it runs, or stop it. */
export function useCancel() {
  return useMutation({
    mutationFn: (id: string) => call<PromptView>('POST', `/prompts/${encodeURIComponent(id)}/cancel`, {}),
    onSettled: () => cache.invalidateQueries({ queryKey: ['prompts'] }),
    onError: (error) => say(sentenceOf(error), 'failed'),
  });
}
