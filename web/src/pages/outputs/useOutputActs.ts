import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { OutputView } from '../../api/types';
import { say } from '../../parts/Toasts';
import { count, t } from '../../words';
import { downloadOf, ZIP } from './addresses';
import type { Listing } from './listing';

const failed = (error: unknown) => say(sentenceOf(error), 'failed');

/** Save one file, or several as one ZIP: the browser fetches it, the page stays. */
export function download(items: readonly Pick<OutputView, 'path'>[]): void {
  const [first] = items;
  if (first === undefined) return;
  if (items.length === 1) {
    const link = document.createElement('a');
    link.href = downloadOf(first.path);
    link.download = '';
    link.click();
    return;
  }
  const form = document.createElement('form');
  form.method = 'post';
  form.action = ZIP;
  for (const { path } of items) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'paths';
    field.value = path;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

/** Bring thrown-away files back to where they were. */
export async function restore(ids: readonly string[]): Promise<void> {
  await call<unknown>('POST', '/outputs/restore', { ids });
  void cache.invalidateQueries({ queryKey: ['outputs'] });
}

/** Move files to the trash at once, with a way back for as long as the toast is there. */
export function useTrash(listing: Listing) {
  return useMutation({
    mutationFn: (items: readonly OutputView[]) => call<{ moved: { path: string; id: string }[] }>('POST', '/outputs/trash', { paths: items.map((item) => item.path) }),
    onMutate: (items) => listing.drop(new Set(items.map((item) => item.path))),
    onSuccess: ({ moved }, items) => {
      const undo = () =>
        void restore(moved.map((each) => each.id))
          .then(() => listing.refresh())
          .catch(failed);
      const [only] = items;
      say(items.length === 1 && only ? t('outputs.trashed_name', { name: only.name }) : count('outputs.trashed', moved.length), 'done', undo);
      void cache.invalidateQueries({ queryKey: ['outputs'] });
    },
    onError: (error) => {
      failed(error);
      void listing.refresh();
    },
  });
}
