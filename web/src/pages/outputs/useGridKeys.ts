import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

import { overlaid, typing } from '../../app/keys';
import type { OutputView } from '../../api/types';
import { type Layout, rowAt, rowOfIndex, verticalFrom } from './layout';
import { everything, nothing, ranged, type Selection, toggled } from './selection';

export interface GridActs {
  select: (selection: Selection) => void;
  move: (path: string) => void;
  open: (path: string) => void;
  trash: () => void;
  /** Close what stands beside the grid; false when nothing did. */
  close: () => boolean;
  /** Everything there is, fetched where it is not here yet; null when it did not come. */
  all: () => Promise<readonly OutputView[] | null>;
}

interface Keyed {
  items: readonly OutputView[];
  layout: Layout;
  place: RefObject<HTMLDivElement | null>;
  selection: Selection;
  cursor: string | null;
  acts: GridActs;
}

/** What a key moves the cursor to; null for a key that moves nothing. */
export function target(key: string, from: number, many: number, layout: Layout, screen: number): number | null {
  const last = many - 1;
  switch (key) {
    case 'ArrowRight':
      return Math.min(from + 1, last);
    case 'ArrowLeft':
      return Math.max(from - 1, 0);
    case 'ArrowDown':
      return verticalFrom(layout.rows, from, 1);
    case 'ArrowUp':
      return verticalFrom(layout.rows, from, -1);
    case 'Home':
      return 0;
    case 'PageDown':
    case 'PageUp': {
      const step = key === 'PageDown' ? 1 : -1;
      const row = layout.rows[rowOfIndex(layout.rows, from)];
      const wanted = (row?.top ?? 0) + step * screen;
      let nth = Math.min(Math.max(rowAt(layout.rows, wanted), 0), layout.rows.length - 1);
      while (layout.rows[nth]?.spots.length === 0) nth += 1;
      return layout.rows[nth]?.spots[0]?.index ?? from;
    }
    default:
      return null;
  }
}

/** Arrows move, Space chooses, Shift extends, Enter opens, Delete and Escape act on what is chosen. */
export function useGridKeys(keyed: Keyed): (path: string) => void {
  const current = useRef(keyed);
  current.current = keyed;
  const byKey = useRef(false);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.altKey || event.isComposing || event.defaultPrevented || typing(event.target) || overlaid()) return;
      const acted = event.ctrlKey || event.metaKey ? held(event, current.current) : pressed(event, current.current);
      if (acted === null) return;
      event.preventDefault();
      if (acted === 'end') void toEnd(current, byKey, event.shiftKey);
      else byKey.current = acted === 'moved';
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);

  const { cursor, items, layout } = keyed;
  useLayoutEffect(() => {
    if (!byKey.current || cursor === null) return;
    byKey.current = false;
    focusOn(current.current, cursor);
  }, [cursor, items, layout]);
  // What was over the grid gives the focus back first, to where it came from.
  return (path) => void setTimeout(() => focusOn(current.current, path), 60);
}

/** Bring a file into sight and give it the focus. */
function focusOn({ items, layout, place }: Keyed, path: string): void {
  const index = items.findIndex((item) => item.path === path);
  const row = layout.rows[rowOfIndex(layout.rows, index)];
  const box = place.current?.getBoundingClientRect();
  if (!row || !box) return;
  place.current?.querySelector<HTMLElement>(`[data-open="${index}"]`)?.focus({ preventScroll: true });
  reveal(box.top + row.top, row.height);
}

/** Room that bars over the page take at its top and bottom. */
const MARGIN = 84;

function reveal(top: number, height: number): void {
  if (top < MARGIN) window.scrollBy(0, top - MARGIN);
  else if (top + height > window.innerHeight - MARGIN) window.scrollBy(0, top + height - window.innerHeight + MARGIN);
}

type Acted = 'moved' | 'end' | 'done' | null;

/** The last file may have to be fetched first. */
async function toEnd(current: RefObject<Keyed>, byKey: RefObject<boolean>, extend: boolean): Promise<void> {
  const all = await current.current.acts.all();
  const last = all?.at(-1);
  if (!all || !last) return;
  const { selection, acts } = current.current;
  byKey.current = true;
  acts.move(last.path);
  if (extend) acts.select(ranged(all, selection, last.path));
}

function held(event: KeyboardEvent, { items, acts }: Keyed): Acted {
  if (event.shiftKey || event.key.toLowerCase() !== 'a' || items.length === 0) return null;
  void acts.all().then((all) => all && acts.select(everything(all)));
  return 'done';
}

function pressed(event: KeyboardEvent, keyed: Keyed): Acted {
  const { items, layout, place, selection, cursor, acts } = keyed;
  const inside = place.current?.contains(event.target as Node) ?? false;
  const nowhere = event.target === document.body || event.target === document.getElementById('main') || (event.target as HTMLElement).matches('h1');
  const at = cursor === null ? -1 : items.findIndex((item) => item.path === cursor);
  if (inside && event.key === 'End') return 'end';
  if (inside || (nowhere && /^Arrow(Left|Right)$/.test(event.key))) {
    const to = at < 0 ? firstShown(keyed) : target(event.key, at, items.length, layout, window.innerHeight - 2 * MARGIN);
    const item = to === null || !/^(Arrow|Home|Page)/.test(event.key) ? undefined : items[to];
    if (item) {
      acts.move(item.path);
      if (event.shiftKey) {
        const from = selection.anchor === null && at >= 0 ? toggled(selection, (items[at] as OutputView).path) : selection;
        acts.select(ranged(items, from, item.path));
      }
      return 'moved';
    }
  }
  if (inside && cursor !== null && (event.target as HTMLElement).dataset['open'] !== undefined) {
    if (event.key === ' ') {
      acts.select(event.shiftKey ? ranged(items, selection, cursor) : toggled(selection, cursor));
      return 'done';
    }
    if (event.key === 'Enter') {
      acts.open(cursor);
      return 'done';
    }
  }
  switch (event.key) {
    case 'Escape':
      if (acts.close()) return 'done';
      if (selection.chosen.size === 0) return null;
      acts.select(nothing);
      return 'done';
    case 'Delete':
      acts.trash();
      return 'done';
    default:
      return null;
  }
}

/** The first file on the screen: where the cursor enters. */
function firstShown({ layout, place }: Keyed): number {
  const top = -(place.current?.getBoundingClientRect().top ?? 0);
  let nth = rowAt(layout.rows, top + MARGIN);
  while (layout.rows[nth]?.spots.length === 0) nth += 1;
  return layout.rows[nth]?.spots[0]?.index ?? 0;
}
