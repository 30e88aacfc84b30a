import { ArrowUp } from 'lucide-react';
import { type MouseEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { OutputView } from '../../api/types';
import { count, t } from '../../words';
import { type Day, dayName, tally } from './days';
import css from './Grid.module.css';
import { type Layout, type Row, rowOfIndex, rowsBetween } from './layout';
import { ranged, type Selection, toggled, toggledAll } from './selection';
import { Tile } from './Tile';
import type { Stretch } from './useStretch';

/** Rows beyond the screen that are drawn ahead, in pixels. */
const AHEAD = 900;

interface GridProps {
  items: readonly OutputView[];
  fresh: ReadonlySet<string>;
  days: readonly Day[];
  layout: Layout;
  place: RefObject<HTMLDivElement | null>;
  stretch: Stretch;
  now: number;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  cursor: string | null;
  onCursor: (path: string) => void;
  onOpen: (path: string) => void;
}

/** Every file, newest first, day by day. Only what is on the screen or near it is drawn. */
export function Grid({ items, fresh, days, layout, place, stretch, now, selection, onSelect, cursor, onCursor, onOpen }: GridProps) {
  const arrived = useAnchor(place, layout, items);
  const at = cursor === null ? -1 : items.findIndex((item) => item.path === cursor);
  const drawn = rowsBetween(layout.rows, stretch.top - AHEAD, stretch.bottom + AHEAD);
  // The file with the focus stays drawn wherever it is, or the keyboard would lose its place.
  const held = at >= 0 ? layout.rows[rowOfIndex(layout.rows, at)] : undefined;
  if (held && !drawn.includes(held)) drawn.push(held);
  const reached = at >= 0 ? at : (drawn.find((row) => row.spots.length > 0 && row.top + row.height > stretch.top)?.spots[0]?.index ?? 0);

  const press = (event: MouseEvent<HTMLElement>) => {
    const hit = (event.target as HTMLElement).closest<HTMLElement>('[data-open], [data-choose]');
    if (!hit) return;
    const item = items[Number(hit.dataset['open'] ?? hit.dataset['choose'])];
    if (!item) return;
    const choosing = hit.dataset['choose'] !== undefined;
    onCursor(item.path);
    if (event.shiftKey) onSelect(ranged(items, selection, item.path));
    else if (choosing || event.ctrlKey || event.metaKey || selection.chosen.size > 0) onSelect(toggled(selection, item.path));
    else onOpen(item.path);
  };

  return (
    <div ref={place} className={`${css['grid']} ${selection.chosen.size > 0 ? css['choosing'] : ''}`} style={{ height: layout.height }} onClick={press}>
      {byDay(drawn).map(([nth, rows]) => {
        const day = days[nth];
        const top = layout.heads[nth] ?? 0;
        return (
          day && (
            <div key={day.start} className={css['day']} style={{ top }}>
              <DayHead day={day} items={items} now={now} all={chosenAll(items, day, selection)} onAll={() => onSelect(toggledAll(selection, items.slice(day.first, day.end)))} />
              <ul aria-label={dayName(day.start, now)}>
                {rows.flatMap((row) =>
                  row.spots.map(({ index, left, width }) => {
                    const item = items[index];
                    return (
                      item && (
                        <Tile
                          key={item.path}
                          item={item}
                          index={index}
                          left={left}
                          top={row.top - top}
                          width={width}
                          height={row.height}
                          nth={index - day.first + 1}
                          of={day.end - day.first}
                          chosen={selection.chosen.has(item.path)}
                          current={index === at}
                          reached={index === reached}
                          fresh={fresh.has(item.path)}
                          rushing={stretch.fast}
                        />
                      )
                    );
                  }),
                )}
              </ul>
            </div>
          )
        );
      })}
      <Arrived many={arrived} />
    </div>
  );
}

function chosenAll(items: readonly OutputView[], day: Day, { chosen }: Selection): boolean {
  if (chosen.size < day.end - day.first) return false;
  for (let index = day.first; index < day.end; index += 1) if (!chosen.has((items[index] as OutputView).path)) return false;
  return true;
}

function byDay(rows: readonly Row[]): [number, Row[]][] {
  const days = new Map<number, Row[]>();
  for (const row of rows) days.set(row.day, [...(days.get(row.day) ?? []), row]);
  return [...days].sort(([one], [other]) => one - other);
}

function DayHead({ day, items, now, all, onAll }: { day: Day; items: readonly OutputView[]; now: number; all: boolean; onAll: () => void }) {
  return (
    <div className={css['head']}>
      <h2>{dayName(day.start, now)}</h2>
      <span className="meta">{tally(items, day.first, day.end)}</span>
      <button type="button" className={css['all']} aria-pressed={all} onClick={onAll} aria-label={t('outputs.choose_day', { day: dayName(day.start, now) })}>
        {t(all ? 'outputs.unchoose_all' : 'outputs.choose_all')}
      </button>
    </div>
  );
}

/** Files that came while the page showed older ones. */
function Arrived({ many }: { many: number }) {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return (
    <div className={css['arrived']} role="status">
      {many > 0 && (
        <button type="button" onClick={() => window.scrollTo({ top: 0, behavior: calm ? 'auto' : 'smooth' })}>
          <ArrowUp aria-hidden="true" />
          {count('outputs.arrived', many)}
        </button>
      )}
    </div>
  );
}

interface Anchor {
  path: string;
  /** How far below the screen's top it stood. */
  from: number;
}

/** What is looked at stays in its place when files come or go above it, and when the page changes its width.
 * Returns how many came unseen. */
function useAnchor(place: RefObject<HTMLElement | null>, layout: Layout, items: readonly OutputView[]): number {
  const anchor = useRef<Anchor | null>(null);
  const first = useRef(items[0]?.path);
  const over = useRef(false);
  const [arrived, setArrived] = useState(0);

  useLayoutEffect(() => {
    const found = anchor.current;
    const index = found === null ? -1 : items.findIndex((item) => item.path === found.path);
    const row = layout.rows[rowOfIndex(layout.rows, index)];
    const box = place.current?.getBoundingClientRect();
    if (found && row && box) {
      const moved = box.top + row.top - found.from;
      if (Math.abs(moved) >= 1) window.scrollBy(0, moved);
      const came = items.findIndex((item) => item.path === first.current);
      if (came > 0) setArrived((before) => before + came);
    }
    first.current = items[0]?.path;
  }, [layout, items, place]);

  useEffect(() => {
    const look = () => {
      const box = place.current?.getBoundingClientRect();
      if (!box) return;
      const atTop = box.top > 40;
      if (atTop) setArrived(0);
      if (atTop && !over.current) {
        anchor.current = null;
        return;
      }
      const row = rowsBetween(layout.rows, -box.top, -box.top + window.innerHeight).find((each) => each.spots.length > 0);
      const path = row && items[row.spots[0]?.index ?? -1]?.path;
      anchor.current = row && path !== undefined ? { path, from: box.top + row.top } : null;
    };
    const hover = (event: PointerEvent) => {
      const now = event.pointerType === 'mouse' && event.target instanceof Node && place.current?.contains(event.target) === true;
      if (now === over.current) return;
      over.current = now;
      look();
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    document.addEventListener('pointerover', hover, { passive: true });
    return () => {
      window.removeEventListener('scroll', look);
      document.removeEventListener('pointerover', hover);
    };
  }, [layout, items, place]);
  return arrived;
}
