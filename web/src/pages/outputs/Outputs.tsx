import '../../words/outputs';

import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';

import { useKeys } from '../../app/keys';
import { sentenceOf } from '../../api/client';
import { tools as toolsQuery } from '../../api/queries';
import type { OutputView } from '../../api/types';
import { Button, buttonClass, ButtonLink } from '../../parts/Button';
import { bytes } from '../../parts/size';
import { Empty, Note, PageHead } from '../../parts/Surface';
import { ago, useNow } from '../../parts/time';
import { useTitle } from '../../parts/useTitle';
import { useWidth } from '../../parts/useWidth';
import { count, t } from '../../words';
import { addressOf } from '../home/useTool';
import { Bones } from './Bones';
import { daysOf, fieldMoment, fieldText } from './days';
import { Filters, type Wanted } from './Filters';
import { Grid } from './Grid';
import { InfoAside } from './InfoAside';
import { layoutOf } from './layout';
import type { Listed, Listing } from './listing';
import css from './Outputs.module.css';
import { Scrubber } from './Scrubber';
import { kept, nothing } from './selection';
import { SelectionBar } from './SelectionBar';
import { shapeOf } from './shape';
import { useGridKeys } from './useGridKeys';
import { useListing } from './useListing';
import { download, useTrash } from './useOutputActs';
import { useStretch } from './useStretch';
import { Views } from './Views';

const Viewer = lazy(async () => ({ default: (await import('./OpenViewer')).OpenViewer }));

/** What the visitor made in ComfyUI, newest first. Nobody else sees it. */
export function Outputs() {
  useTitle(t('nav.outputs'));
  const { open, ...wanted } = useSearch({ from: '/inside/outputs' });
  const navigate = useNavigate();
  const now = useNow(30_000);
  const { listing, shown, stale } = useListing({
    text: wanted.text?.trim() ?? '',
    kind: wanted.kind ?? null,
    from: wanted.from === undefined ? null : fieldMoment(wanted.from),
    to: wanted.to === undefined ? null : fieldMoment(wanted.to, true),
  });
  const want = (next: Wanted) => void navigate({ to: '/outputs', search: next, replace: true });
  const show = (path: string | null, replace: boolean) => void navigate({ to: '/outputs', search: { ...wanted, ...(path !== null && { open: path }) }, replace, resetScroll: false });
  return (
    <Page listing={listing} shown={shown} stale={stale} wanted={wanted} onWant={want} opened={open ?? null} onOpen={show} now={now} />
  );
}

interface PageProps {
  listing: Listing;
  shown: Listed;
  stale: boolean;
  wanted: Wanted;
  onWant: (wanted: Wanted) => void;
  opened: string | null;
  onOpen: (path: string | null, replace: boolean) => void;
  now: number;
}

function Page({ listing, shown, stale, wanted, onWant, opened, onOpen, now }: PageProps) {
  const { items } = shown;
  const place = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const width = useWidth(column);
  const [selection, select] = useState(nothing);
  const [cursor, move] = useState<string | null>(null);
  const [info, inform] = useState(false);
  const trash = useTrash(listing);

  const days = useMemo(() => daysOf(items), [items]);
  const layout = useMemo(() => layoutOf(items, days, shapeOf(width)), [items, days, width]);
  const stretch = useStretch(place, layout);
  const paths = useMemo(() => new Map(items.map((item, index) => [item.path, index])), [items]);
  // What was trashed elsewhere is chosen no longer.
  useEffect(() => select((before) => kept(before, (path) => paths.has(path))), [paths]);
  const chosen = useMemo(() => items.filter((item) => selection.chosen.has(item.path)), [items, selection]);
  const current = cursor === null ? null : (items[paths.get(cursor) ?? -1] ?? null);
  const targets: readonly OutputView[] = chosen.length > 0 ? chosen : current ? [current] : [];

  const toTrash = (gone: readonly OutputView[]) => {
    if (gone.length === 0 || trash.isPending) return;
    const last = paths.get(gone.at(-1)?.path ?? '') ?? -1;
    move(items[last + 1]?.path ?? null);
    select(nothing);
    trash.mutate(gone);
  };
  useNeeded(listing, shown, layout.height - stretch.bottom < 3000);
  useKeys({
    'list.filter': () => field.current?.focus(),
    'outputs.info': () => (current && window.matchMedia('(max-width: 1100px)').matches ? onOpen(current.path, false) : inform(!info)),
    'outputs.download': () => void download(targets),
  });
  const land = useGridKeys({
    items,
    layout,
    place,
    selection,
    cursor,
    acts: {
      select,
      move,
      open: (path) => onOpen(path, false),
      trash: () => toTrash(targets),
      close: () => {
        if (info) inform(false);
        return info;
      },
      all: async () => ((await listing.all()) ? listing.get().items : null),
    },
  });

  const beside = info && current !== null;
  const tall = layout.height > 2 * window.innerHeight;
  const filtered = Object.keys(wanted).length > 0;
  return (
    <div data-wide className={`${css['page']} ${tall ? css['long'] : ''} ${beside ? css['informed'] : ''}`}>
      <div className={css['main']}>
        <div className={css['head']}>
          <PageHead title={t('nav.outputs')} acts={<Views />}>
            {shown.is === 'open' ? answerOf(shown, filtered, now) : ' '}
          </PageHead>
          {(items.length > 0 || filtered || shown.is === 'loading') && <Filters wanted={wanted} onWant={onWant} field={field} now={now} />}
        </div>
        {shown.is === 'failed' && (
          <Note look="failed" title={sentenceOf(shown.error)} end={<Button size="s" onClick={() => void listing.begin()}>{t('common.try_again')}</Button>} />
        )}
        <div ref={column} className={`${css['column']} ${stale ? css['stale'] : ''}`}>
          {shown.is === 'loading' && <Bones width={width} />}
          {shown.is === 'open' && items.length === 0 && <Nothing filtered={filtered} onClear={() => onWant({})} />}
          {items.length > 0 && width > 0 && (
            <Grid items={items} fresh={shown.fresh} days={days} layout={layout} place={place} stretch={stretch} now={now} selection={selection} onSelect={select} cursor={cursor} onCursor={move} onOpen={(path) => onOpen(path, false)} />
          )}
        </div>
        <Older shown={shown} listing={listing} placed={layout.placed} onOlder={(to) => onWant({ ...wanted, to })} />
        {chosen.length > 0 && (
          <SelectionBar many={chosen.length} size={chosen.reduce((sum, item) => sum + item.size, 0)} onClear={() => select(nothing)} onTrash={() => toTrash(chosen)} onDownload={() => void download(chosen)} />
        )}
      </div>
      {tall && <Scrubber days={days} layout={layout} place={place} stretch={stretch} now={now} />}
      {beside && <InfoAside item={current} onOpen={() => onOpen(current.path, false)} onClose={() => inform(false)} />}
      {opened !== null && (
        <Suspense fallback={null}>
          <Viewer
            path={opened}
            items={items}
            index={paths.get(opened) ?? -1}
            total={shown.total}
            onShow={(path) => {
              move(path);
              onOpen(path, true);
            }}
            onTrash={(item) => toTrash([item])}
            onClose={() => {
              onOpen(null, true);
              land(opened);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

/** "4,278 files, 12.4 GB. The newest came 12 min ago." */
function answerOf(shown: Listed, filtered: boolean, now: number): string {
  const [newest] = shown.items;
  if (newest === undefined) return filtered ? t('outputs.answer_no_hit') : t('outputs.answer_none');
  const fields = { size: bytes(shown.bytes), when: ago(newest.at, now) };
  return count(filtered ? 'outputs.answer_hits' : 'outputs.answer', shown.total, fields);
}

/** Older files are fetched before the page's end comes into sight. */
function useNeeded(listing: Listing, shown: Listed, near: boolean): void {
  const wanted = near && shown.is === 'open' && shown.next !== null && shown.error === null;
  useEffect(() => {
    if (wanted) void listing.more();
  }, [wanted, listing, shown.next]);
}

/** What stands below the last file: that more comes, that it did not come, or that the page is full. */
function Older({ shown, listing, placed, onOlder }: { shown: Listed; listing: Listing; placed: number; onOlder: (to: string) => void }) {
  if (shown.is !== 'open') return null;
  const beyond = shown.items[placed];
  if (beyond !== undefined) {
    return (
      <div className={css['older']}>
        <Button onClick={() => onOlder(fieldText(beyond.at * 1000))}>{t('outputs.show_older')}</Button>
      </div>
    );
  }
  if (shown.error !== null) {
    return <Note look="failed" title={t('outputs.older_failed')} end={<Button size="s" onClick={() => void listing.more()}>{t('common.try_again')}</Button>}>{sentenceOf(shown.error)}</Note>;
  }
  return shown.next === null ? null : <p className={`meta ${css['older']}`} role="status">{t('outputs.older_come')}</p>;
}

/** No file at all leads to the tool that makes some; no hit leads back to all. */
function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { data: tools } = useQuery(toolsQuery);
  const comfy = tools?.find((tool) => tool.id === 'comfy-ui' && !tool.refusal && tool.can.open);
  if (filtered) return <Empty title={t('outputs.no_hit')} act={<Button onClick={onClear}>{t('outputs.clear_filters')}</Button>}>{t('outputs.no_hit_text')}</Empty>;
  return (
    <Empty
      title={t('outputs.none')}
      act={
        comfy ? (
          <ButtonLink look="primary" href={addressOf(comfy)}>
            {t('tool.open', { tool: comfy.name })}
          </ButtonLink>
        ) : (
          <Link to="/" className={buttonClass({})}>
            {t('missing.home')}
          </Link>
        )
      }
    >
      {t('outputs.none_text')}
    </Empty>
  );
}
