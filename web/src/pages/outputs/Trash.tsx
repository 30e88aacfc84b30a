import '../../words/outputs';

import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { FileQuestion, FileText, Film, Music } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';

import { useKeys } from '../../app/keys';
import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { OutputKind, TrashedView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Dialog';
import { End } from '../../parts/End';
import { bytes } from '../../parts/size';
import { Empty, Note, PageHead, Skeleton } from '../../parts/Surface';
import { until, useNow } from '../../parts/time';
import { say } from '../../parts/Toasts';
import { useTitle } from '../../parts/useTitle';
import { count, names, t } from '../../words';
import { trashedThumbnailOf } from './addresses';
import { trash as trashQuery } from './queries';
import { everything, nothing, ranged, toggled } from './selection';
import css from './Trash.module.css';
import { restore } from './useOutputActs';
import { Views } from './Views';

const DAY = 86_400;

/** What the visitor threw away: it comes back, or goes for good. */
export function Trash() {
  useTitle(t('outputs.trash_title'));
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(trashQuery);
  const [emptying, empty] = useState(false);
  const newest = data?.pages[0];
  const items = data?.pages.flatMap((page) => page.trash) ?? [];
  return (
    <>
      <PageHead title={t('outputs.trash_title')} acts={<Views />}>
        {newest ? (newest.total === 0 ? t('trash.answer_none') : count('trash.answer', newest.total, { size: bytes(newest.bytes), days: newest.days })) : ' '}
      </PageHead>
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton rows={5} height={60} />}
      {newest && items.length === 0 && (
        <div className="card">
          <Empty title={t('trash.none')}>{t('trash.none_text', { days: newest.days })}</Empty>
        </div>
      )}
      {newest && items.length > 0 && <List items={items} days={newest.days} onEmpty={() => empty(true)} />}
      {isFetchNextPageError && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void fetchNextPage()}>{t('common.try_again')}</Button>} />}
      {hasNextPage && !isFetchNextPageError && <End busy={isFetchingNextPage} onNear={() => void fetchNextPage()}>{t('outputs.older_come')}</End>}
      {emptying && newest && <Purge items={null} many={newest.total} size={newest.bytes} onClose={() => empty(false)} />}
    </>
  );
}

function List({ items, days, onEmpty }: { items: TrashedView[]; days: number; onEmpty: () => void }) {
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
        {chosen.length === 0 ? (
          <Button size="s" look="risky" online onClick={onEmpty}>
            {t('trash.empty')}
          </Button>
        ) : (
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
                <span className="meta el">{t('trash.thrown', { size: bytes(item.size), until: until(item.deleted_at + days * DAY, now) })}</span>
              </span>
            </label>
            <Button size="s" look="quiet" online onClick={() => back.mutate([item])} aria-label={t('trash.restore_name', { name: item.name })}>
              {t('trash.restore')}
            </Button>
          </li>
        ))}
      </ul>
      {purging && <Purge items={purging} many={purging.length} size={purging.reduce((sum, item) => sum + item.size, 0)} onClose={() => ask(null)} />}
    </>
  );
}

const ICONS = { image: FileQuestion, video: Film, audio: Music, other: FileText };

function Small({ item }: { item: TrashedView }) {
  const [failed, fail] = useState(false);
  const Icon = ICONS[item.kind as OutputKind];
  return <span className={css['small']}>{item.kind === 'image' && !failed ? <img src={trashedThumbnailOf(item)} alt="" loading="lazy" decoding="async" onError={() => fail(true)} /> : <Icon aria-hidden="true" />}</span>;
}

/** Says what is lost before it is; without `items` that is everything. */
function Purge({ items, many, size, onClose }: { items: readonly TrashedView[] | null; many: number; size: number; onClose: () => void }) {
  const purge = useMutation({
    mutationFn: () => call<unknown>('POST', '/outputs/purge', { ids: items?.map((item) => item.id) ?? null }),
    onSuccess: () => {
      say(count('trash.purged', many));
      void cache.invalidateQueries({ queryKey: trashQuery.queryKey });
      onClose();
    },
  });
  const only = items?.length === 1 ? items[0] : undefined;
  return (
    <Confirm
      title={items === null ? t('trash.empty_title') : only ? t('trash.purge_name', { name: only.name }) : count('trash.purge_title', many)}
      open
      onClose={onClose}
      keep={t('trash.keep')}
      act={t(items === null ? 'trash.empty' : 'trash.purge')}
      working={purge.isPending}
      error={purge.error ? sentenceOf(purge.error) : null}
      onAct={() => purge.mutate()}
    >
      <p>{items === null ? count('trash.empty_text', many, { size: bytes(size) }) : t('trash.purge_text', { size: bytes(size) })}</p>
      {items && items.length > 1 && <p>{namesOf(items)}</p>}
    </Confirm>
  );
}

/** The first few by name, the others as a number. */
function namesOf(items: readonly TrashedView[]): string {
  const shown = items.slice(0, 4).map((item) => item.name);
  return names(items.length > 4 ? [...shown, count('common.others', items.length - 4)] : shown);
}
