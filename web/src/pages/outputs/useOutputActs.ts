import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { OutputView } from '../../api/types';
import { say } from '../../parts/Toasts';
import { count, t } from '../../words';
import { downloadOf, zipOf } from './addresses';
import type { Listing } from './listing';

const failed = (error: unknown) => say(sentenceOf(error), 'failed');

/** So many paths fit one request. */
const AT_ONCE = 10_000;

function save(address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = '';
  link.click();
}

/** Save one file, or several as one ZIP: the browser fetches it while the page stays. */
export async function download(items: readonly Pick<OutputView, 'path'>[]): Promise<void> {
  const [first] = items;
  if (first === undefined) return;
  if (items.length === 1) return save(downloadOf(first.path));
  try {
    const { id } = await call<{ id: string }>('POST', '/outputs/zip', { paths: items.map((item) => item.path) });
    save(zipOf(id));
  } catch (error) {
    failed(error);
  }
}

async function inParts<Answer>(things: readonly string[], ask: (part: readonly string[]) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < things.length; first += AT_ONCE) answers.push(await ask(things.slice(first, first + AT_ONCE)));
  return answers;
}

/** Bring thrown-away files back to where they were. */
export async function restore(ids: readonly string[]): Promise<void> {
  await inParts(ids, (part) => call<unknown>('POST', '/outputs/restore', { ids: part }));
  void cache.invalidateQueries({ queryKey: ['outputs'] });
}

interface Moved {
  moved: { path: string; id: string }[];
}

/** Move files to the trash at once, with a way back for as long as the toast is there. */
export function useTrash(listing: Listing) {
  return useMutation({
    mutationFn: async (items: readonly OutputView[]) =>
      (await inParts(items.map((item) => item.path), (paths) => call<Moved>('POST', '/outputs/trash', { paths }))).flatMap((answer) => answer.moved),
    onMutate: (items) => listing.drop(new Set(items.map((item) => item.path))),
    onSuccess: (moved, items) => {
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
