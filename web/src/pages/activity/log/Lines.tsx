import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef } from 'react';

import { shownTheme, usePreferences } from '../../../app/preferences';
import type { LogLine } from '../../../api/types';
import { useStore } from '../../../events/store';
import { t } from '../../../words';
import { type Chosen, isChosen, stepped, textOf } from './chosen';
import { painter as painterOf } from './colours';
import type { Feed } from './feed';
import css from './Lines.module.css';
import { FOOT, FOOT_COVERED, HEAD, type Reader } from './reader';
import { Row } from './Row';

const LETTERS = 100;

interface LinesProps {
  feed: Feed;
  reader: Reader;
  label: string;
  chosen: Chosen | null;
  onChoose: (chosen: Chosen | null) => void;
  term: RegExp | null;
  /** The line that holds the hit that is looked at. */
  current: number | null;
}

/** The lines in sight, of however many there are. */
export function Lines({ feed, reader, label, chosen, onChoose, term, current }: LinesProps) {
  useStore(reader.drawn);
  const state = useStore(feed.state);
  const theme = useStore(shownTheme);
  const { wrap, times } = usePreferences();
  // The tokens change with the theme.
  const painter = useMemo(() => painterOf(), [theme]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLSpanElement>(null);
  const { stretch } = feed;
  reader.foot = chosen ? FOOT_COVERED : FOOT;
  const [first, end] = reader.range();
  const shown = stretch.items.slice(first, end);

  useEffect(() => (box.current ? reader.mount(box.current) : undefined), [reader]);
  useUpwards(box, reader);
  useSelected(box, reader);
  useColumns(ruler, reader, wrap, times);
  useLayoutEffect(() => {
    if (rows.current) reader.settle(rows.current, first, wrap);
  });

  const press = (event: MouseEvent) => {
    const time = (event.target as HTMLElement).closest('a');
    const row = time?.closest<HTMLElement>('[data-offset]');
    if (!row || event.ctrlKey || event.metaKey || event.button !== 0) return;
    event.preventDefault();
    box.current?.focus({ preventScroll: true });
    const offset = Number(row.dataset['offset']);
    onChoose(event.shiftKey && chosen ? { ...chosen, to: offset } : { from: offset, to: offset });
  };
  const key = (event: KeyboardEvent) => {
    const next = stepped(event, stretch, chosen, () => stretch.items[(first + end) >> 1]?.offset);
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next);
    if (next && event.key !== 'a') reader.go(next.to);
  };

  return (
    <div
      ref={box}
      className={`${css['box']} ${times ? css['timed'] : ''} ${wrap ? '' : css['long']}`}
      tabIndex={0}
      role="group"
      aria-label={label}
      aria-busy={state.fetching !== null}
      onScroll={reader.scrolled}
      onClick={press}
      onKeyDown={key}
      onCopy={(event) => {
        if (!chosen || !document.getSelection()?.isCollapsed) return;
        event.clipboardData.setData('text/plain', textOf(stretch, chosen));
        event.preventDefault();
      }}
    >
      <div className={`${css['row']} ${css['ruler']}`} aria-hidden="true">
        {times && <span className={css['time']} />}
        <span className={css['text']}>
          <span ref={ruler}>{'0'.repeat(LETTERS)}</span>
        </span>
      </div>
      <div className={css['room']} style={{ height: HEAD + stretch.height + reader.foot }}>
        <div className={css['head']}>{state.is !== 'loading' && stretch.items.length > 0 && begins(stretch.whole, stretch.oldest)}</div>
        <div ref={rows} className={css['rows']} role="list" style={{ top: HEAD + stretch.top(first) }}>
          {shown.map((line: LogLine) => (
            <Row
              key={line.offset}
              line={line}
              href={`${feed.source.href}?line=${line.offset}`}
              times={times}
              chosen={isChosen(chosen, line.offset)}
              wrong={state.firstError?.offset === line.offset}
              term={term}
              current={current === line.offset}
              painter={painter}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function begins(whole: boolean, oldest: number): string {
  if (!whole) return t('log.earlier');
  return t(oldest > 0 ? 'log.begins_cut' : 'log.begins');
}

/** Whoever moves up wants to stay there: said at once, before the page has moved. */
function useUpwards(box: React.RefObject<HTMLElement | null>, reader: Reader): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let touched = 0;
    const wheel = (event: WheelEvent) => event.deltaY < 0 && !event.ctrlKey && reader.pause();
    const touch = (event: TouchEvent) => (touched = event.touches[0]?.clientY ?? 0);
    const drag = (event: TouchEvent) => (event.touches[0]?.clientY ?? 0) > touched + 6 && reader.pause();
    element.addEventListener('wheel', wheel, { passive: true });
    element.addEventListener('touchstart', touch, { passive: true });
    element.addEventListener('touchmove', drag, { passive: true });
    return () => {
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('touchstart', touch);
      element.removeEventListener('touchmove', drag);
    };
  }, [box, reader]);
}

/** Text that is being selected stays on the page, and the page stays where it is. */
function useSelected(box: React.RefObject<HTMLElement | null>, reader: Reader): void {
  useEffect(() => {
    const changed = () => {
      const selection = document.getSelection();
      const from = selection && !selection.isCollapsed && box.current?.contains(selection.anchorNode) ? selection.anchorNode : null;
      const row = from && (from instanceof HTMLElement ? from : from.parentElement)?.closest<HTMLElement>('[data-offset]');
      reader.keep(row ? Number(row.dataset['offset']) : null);
    };
    document.addEventListener('selectionchange', changed);
    return () => document.removeEventListener('selectionchange', changed);
  }, [box, reader]);
}

/** How many letters fit a row, measured whenever the room or the letters change. */
function useColumns(ruler: React.RefObject<HTMLElement | null>, reader: Reader, wrap: boolean, times: boolean): void {
  useLayoutEffect(() => {
    const letters = ruler.current;
    const room = letters?.parentElement;
    if (!letters || !room) return undefined;
    const measure = () => {
      const first = letters.getClientRects()[0];
      if (!wrap || first === undefined || room.clientWidth === 0) return reader.fit(0);
      letters.style.whiteSpace = 'pre';
      const letter = letters.getBoundingClientRect().width / LETTERS;
      letters.style.whiteSpace = '';
      return reader.fit(Math.max(1, Math.floor((room.clientWidth + 0.01) / letter)));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(room);
    void document.fonts.ready.then(measure);
    return () => watch.disconnect();
  }, [ruler, reader, wrap, times]);
}
