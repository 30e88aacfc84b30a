import { useMutation, useQuery } from '@tanstack/react-query';
import { FileQuestion, FileText, Film, Music } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';

import { useKeys } from '../../app/keys';
import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { OutputKind, TrashedView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Dialog';
import { bytes } from '../../parts/size';
import { Empty, Note, PageHead, Skeleton } from '../../parts/Surface';
import { ago, capital, useNow } from '../../parts/time';
import { say } from '../../parts/Toasts';
import { useTitle } from '../../parts/useTitle';
import { count, names, t } from '../../words';
import { trashedThumbnailOf } from './addresses';
import { trash as trashQuery } from './queries';
import { everything, nothing, ranged, toggled } from './selection';
import css from './Trash.module.css';
import { restore } from './useOutputActs';
import { Views } from './Views';

/** What the visitor threw away: it comes back, or goes for good. */
export function Trash() {
  useTitle(t('outputs.view_trash'));
  const { data, error, refetch } = useQuery(trashQuery);
  const size = (data ?? []).reduce((sum, item) => sum + item.size, 0);
  return (
    <div data-wide>
      <PageHead title={t('outputs.trash_title')} acts={<Views />}>
        {data ? (data.length === 0 ? t('trash.answer_none') : count('trash.answer', data.length, { size: bytes(size) })) : ' '}
      </PageHead>
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton rows={5} height={56} />}
      {data?.length === 0 && <div className="card"><Empty title={t('trash.none')}>{t('trash.none_text')}</Empty></div>}
      {data && data.length > 0 && <List items={data} />}
    </div>
  );
}

function List({ items }: { items: TrashedView[] }) {
  const now = useNow(30_000);
  const [selection, select] = useState(nothing);
  const [purging, ask] = useState<readonly TrashedView[] | null>(null);
  const keyed = useMemo(() => items.map((item) => ({ path: item.id })), [items]);
  const chosen = items.filter((item) => selection.chosen.has(item.id));
  const whole = chosen.length === items.length;
  useEffect(() => select((before) => ({ ...before, chosen: new Set([...before.chosen].filter((id) => items.some((item) => item.id === id))) })), [items]);
  const back = useMutation({
    mutationFn: (wanted: readonly TrashedView[]) => restore(wanted.map((item) => item.id)),
    onSuccess: (_, wanted) => say(wanted.length === 1 && wanted[0] ? t('trash.restored_name', { name: wanted[0].name }) : count('trash.restored', wanted.length)),
    onError: (error) => say(sentenceOf(error), 'failed'),
  });
  useKeys({ Escape: () => select(nothing), Delete: () => chosen.length > 0 && ask(chosen) });
  return (
    <>
      <div className={css['bar']}>
        <label className={css['every']}>
          <input type="checkbox" className={css['ck']} checked={whole} ref={(box) => void (box && (box.indeterminate = chosen.length > 0 && !whole))} onChange={() => select(whole ? nothing : everything(keyed))} />
          {chosen.length > 0 ? count('outputs.selected', chosen.length) : t('trash.choose_all')}
        </label>
        {chosen.length > 0 && (
          <span className={css['acts']}>
            <Button size="s" online working={back.isPending} onClick={() => back.mutate(chosen)}>
              {t('trash.restore')}
            </Button>
            <Button size="s" look="risky" online onClick={() => ask(chosen)}>
              {t('trash.purge')}
            </Button>
          </span>
        )}
      </div>
      <ul className={`card ${css['list']}`}>
        {items.map((item) => (
          <li key={item.id} className={selection.chosen.has(item.id) ? css['on'] : ''}>
            <label className={css['row']} onClick={(event) => event.shiftKey && event.preventDefault()}>
              <input
                type="checkbox"
                className={css['ck']}
                checked={selection.chosen.has(item.id)}
                aria-label={t('outputs.choose', { name: item.name })}
                onChange={(event) => select((event.nativeEvent as unknown as MouseEvent).shiftKey ? ranged(keyed, selection, item.id) : toggled(selection, item.id))}
              />
              <Small item={item} />
              <span className={css['words']}>
                <b className="el" title={item.path}>{item.name}</b>
                <span className="meta el">{t('trash.thrown', { when: capital(ago(item.deleted_at, now)), size: bytes(item.size) })}</span>
              </span>
            </label>
            <Button size="s" look="quiet" online onClick={() => back.mutate([item])} aria-label={t('trash.restore_name', { name: item.name })}>
              {t('trash.restore')}
            </Button>
          </li>
        ))}
      </ul>
      <Purge items={purging} all={purging?.length === items.length} onClose={() => ask(null)} />
    </>
  );
}

const ICONS = { image: FileQuestion, video: Film, audio: Music, other: FileText };

function Small({ item }: { item: TrashedView }) {
  const [failed, fail] = useState(false);
  const Icon = ICONS[item.kind as OutputKind];
  return <span className={css['small']}>{item.kind === 'image' && !failed ? <img src={trashedThumbnailOf(item)} alt="" loading="lazy" decoding="async" onError={() => fail(true)} /> : <Icon aria-hidden="true" />}</span>;
}

/** Says what is lost before it is. */
function Purge({ items, all, onClose }: { items: readonly TrashedView[] | null; all: boolean; onClose: () => void }) {
  const purge = useMutation({
    mutationFn: (gone: readonly TrashedView[]) => call<unknown>('POST', '/outputs/purge', { ids: gone.map((item) => item.id) }),
    onSuccess: (_, gone) => {
      say(count('trash.purged', gone.length));
      void cache.invalidateQueries({ queryKey: trashQuery.queryKey });
      close();
    },
  });
  const close = () => {
    onClose();
    purge.reset();
  };
  if (items === null) return null;
  const size = bytes(items.reduce((sum, item) => sum + item.size, 0));
  const [only] = items;
  return (
    <Confirm
      title={items.length === 1 && only ? t('trash.purge_name', { name: only.name }) : count('trash.purge_title', items.length)}
      open
      onClose={close}
      keep={t('trash.keep')}
      act={t('trash.purge')}
      working={purge.isPending}
      error={purge.error ? sentenceOf(purge.error) : null}
      onAct={() => purge.mutate(items)}
    >
      <p>{t(all ? 'trash.purge_all_text' : 'trash.purge_text', { size })}</p>
      {items.length > 1 && <p>{namesOf(items)}</p>}
    </Confirm>
  );
}

/** The first few by name, the others as a number. */
function namesOf(items: readonly TrashedView[]): string {
  const shown = items.slice(0, 4).map((item) => item.name);
  return names(items.length > 4 ? [...shown, count('common.others', items.length - 4)] : shown);
}
