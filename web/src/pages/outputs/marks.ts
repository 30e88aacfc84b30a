import { language, locale } from '../../words/language';
import type { Day } from './days';

/** A name on the scrubber's line. */
export interface Mark {
  key: number;
  name: string;
  year: boolean;
  y: number;
}

// British months are short but for September.
const monthName = new Intl.DateTimeFormat(language === 'en' ? 'en-US' : language, { month: 'short' });
const dayName = new Intl.DateTimeFormat(locale, { day: 'numeric', weekday: 'short' });

/** Names closer than this would touch. */
const APART = 20;
const TICKS_APART = 7;

const monthKey = (start: number) => {
  const date = new Date(start);
  return date.getFullYear() * 12 + date.getMonth();
};

/** A name for each month, and for its year where a year begins; days where all is of one month. */
export function marksOf(days: readonly Day[], heads: readonly number[], yOf: (top: number) => number): Mark[] {
  const placed = days.slice(0, heads.length);
  const first = placed[0];
  const last = placed.at(-1);
  if (!first || !last) return [];
  const oneMonth = monthKey(first.start) === monthKey(last.start);
  const found: Mark[] = [];
  placed.forEach(({ start }, nth) => {
    const older = placed[nth + 1]?.start;
    const newer = placed[nth - 1]?.start;
    if (oneMonth) found.push({ key: start, name: dayName.format(start), year: false, y: yOf(heads[nth] as number) });
    // Going down is going back: a month is named at its newest day.
    else if (newer === undefined || monthKey(newer) !== monthKey(start)) {
      const endsYear = lastOfYear(placed, nth, start);
      found.push({ key: start, name: endsYear ? String(new Date(start).getFullYear()) : monthName.format(start), year: endsYear && older !== undefined, y: yOf(heads[nth] as number) });
    }
  });
  return spread(found);
}

/** Whether no older month of the same year follows. */
function lastOfYear(days: readonly Day[], nth: number, start: number): boolean {
  const month = monthKey(start);
  const next = days.slice(nth).find((day) => monthKey(day.start) !== month);
  const year = new Date(start).getFullYear();
  return next !== undefined && new Date(next.start).getFullYear() !== year;
}

/** Without those that would touch the one above; a year stays before a month. */
function spread(marks: readonly Mark[]): Mark[] {
  const kept: Mark[] = [];
  for (const mark of marks) {
    const above = kept.at(-1);
    if (above === undefined || mark.y - above.y >= APART) kept.push(mark);
    else if (mark.year && !above.year) kept.splice(-1, 1, mark);
  }
  return kept;
}

/** One short line for each day that has room. */
export function ticksOf(heads: readonly number[], yOf: (top: number) => number): number[] {
  const ticks: number[] = [];
  for (const head of heads) {
    const y = Math.round(yOf(head));
    if (ticks.length === 0 || y - (ticks.at(-1) as number) >= TICKS_APART) ticks.push(y);
  }
  return ticks;
}
