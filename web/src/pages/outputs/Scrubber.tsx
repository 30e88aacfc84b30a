import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';

import { t } from '../../words';
import { type Day, dayName, shortDate } from './days';
import type { Layout } from './layout';
import { type Mark, marksOf, ticksOf } from './marks';
import css from './Scrubber.module.css';
import type { Stretch } from './useStretch';

interface ScrubberProps {
  days: readonly Day[];
  layout: Layout;
  place: RefObject<HTMLElement | null>;
  stretch: Stretch;
  now: number;
}

/** Space above and below the line. */
const INSET = 24;
/** A name this close to the thumb would show behind it. */
const CLEAR = 18;

function screenHeight(): number {
  return window.innerHeight;
}

/** The months beside the page: shows where it stands, leads anywhere at once. */
export function Scrubber({ days, layout, place, stretch, now }: ScrubberProps) {
  const rail = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [dragged, drag] = useState(false);
  const [hover, setHover] = useState<number | null>(null);
  useEffect(() => {
    if (!rail.current) return undefined;
    const watch = new ResizeObserver(([entry]) => entry && setHeight(entry.contentRect.height));
    watch.observe(rail.current);
    return () => watch.disconnect();
  }, []);
  const room = Math.max(1, layout.height - screenHeight());
  const line = Math.max(1, height - 2 * INSET);
  const yOf = (top: number) => INSET + Math.min(1, Math.max(0, top / room)) * line;
  const topOf = (clientY: number) => {
    const box = rail.current?.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientY - (box?.top ?? 0) - INSET) / line)) * room;
  };
  const dayOf = (top: number) => days[dayAt(layout.heads, top)];
  const go = (top: number) => window.scrollTo({ top: window.scrollY + (place.current?.getBoundingClientRect().top ?? 0) + top });
  const here = dayOf(stretch.top + 60);
  const press = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag(true);
    go(topOf(event.clientY));
  };
  const keyed = (event: KeyboardEvent) => {
    const to = stepped(event.key, dayAt(layout.heads, stretch.top + 60), days);
    const top = to === null ? undefined : layout.heads[to];
    if (top === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(top);
  };
  const thumb = yOf(stretch.top);
  const marks = marksOf(days, layout.heads, yOf).filter((mark) => Math.abs(mark.y - thumb) > CLEAR);
  return (
    <div
      ref={rail}
      className={`${css['rail']} ${dragged || stretch.fast ? css['shown'] : ''}`}
      role="slider"
      tabIndex={0}
      aria-label={t('outputs.scrub')}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={days.length - 1}
      aria-valuenow={Math.max(0, dayAt(layout.heads, stretch.top + 60))}
      aria-valuetext={here ? dayName(here.start, now) : ''}
      onKeyDown={keyed}
      onPointerDown={press}
      onPointerMove={(event) => {
        setHover(event.clientY);
        if (dragged) go(topOf(event.clientY));
      }}
      onPointerUp={() => drag(false)}
      onPointerCancel={() => drag(false)}
      onPointerLeave={() => setHover(null)}
    >
      <div className={css['ticks']} aria-hidden="true">
        {ticksOf(layout.heads, yOf).map((y) => (
          <i key={y} style={{ top: y }} />
        ))}
      </div>
      {marks.map((mark) => (
        <Label key={mark.key} mark={mark} />
      ))}
      {hover !== null && !dragged && <Hint y={hover - (rail.current?.getBoundingClientRect().top ?? 0)} day={dayOf(topOf(hover))} now={now} />}
      {here && (
        <span className={css['thumb']} style={{ top: thumb }} aria-hidden="true">
          {shortDate(here.start, now)}
        </span>
      )}
    </div>
  );
}

function Label({ mark }: { mark: Mark }) {
  return (
    <span className={`${css['label']} ${mark.year ? css['year'] : ''}`} style={{ top: mark.y }} aria-hidden="true">
      {mark.name}
    </span>
  );
}

function Hint({ y, day, now }: { y: number; day: Day | undefined; now: number }) {
  return (
    day && (
      <span className={css['hint']} style={{ top: y }} aria-hidden="true">
        {shortDate(day.start, now)}
      </span>
    )
  );
}

/** The day that a place in the page belongs to. */
function dayAt(heads: readonly number[], top: number): number {
  let low = 0;
  let high = heads.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((heads[middle] as number) <= top) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a key leads: the next day, the next month, an end. */
function stepped(key: string, from: number, days: readonly Day[]): number | null {
  const month = (nth: number) => new Date(days[nth]?.start ?? 0).getMonth();
  const turn = (step: number) => {
    let nth = from;
    while (days[nth + step] && month(nth) === month(from)) nth += step;
    return nth;
  };
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return Math.min(from + 1, days.length - 1);
    case 'ArrowUp':
    case 'ArrowLeft':
      return Math.max(from - 1, 0);
    case 'PageDown':
      return turn(1);
    case 'PageUp':
      return turn(-1);
    case 'Home':
      return 0;
    case 'End':
      return days.length - 1;
    default:
      return null;
  }
}
