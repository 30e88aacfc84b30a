import type { OutputView } from '../../api/types';
import { count, t } from '../../words';
import { locale } from '../../words/language';

/** Files of one day: `items[first]` up to, not including, `items[end]`. */
export interface Day {
  /** Midnight at its start, in milliseconds. */
  start: number;
  first: number;
  end: number;
}

const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
const dayMonth = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'long' });
const withYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortYear = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric' });
const DAY_MS = 86_400_000;

/** Midnight before a moment (seconds), here and now in this time zone; in milliseconds. */
export const midnight = (at: number): number => new Date(at * 1000).setHours(0, 0, 0, 0);

/** The day after one that begins at `start`: a day with a change of the clock has 23 or 25 hours. */
function after(start: number): number {
  const date = new Date(start);
  return date.setDate(date.getDate() + 1);
}

/** Files in their order, newest first, parted where a day ends. */
export function daysOf(items: readonly Pick<OutputView, 'at'>[]): Day[] {
  const days: Day[] = [];
  let day: Day | undefined;
  let until = 0;
  items.forEach(({ at }, index) => {
    const moment = at * 1000;
    if (day === undefined || moment < day.start || moment >= until) {
      day = { start: midnight(at), first: index, end: index };
      until = after(day.start);
      days.push(day);
    }
    day.end = index + 1;
  });
  return days;
}

/** "Today", "Yesterday", "Friday", "Thu 12 November", "3 March 2025" */
export function dayName(start: number, now: number): string {
  const today = midnight(now);
  const days = Math.round((today - start) / DAY_MS);
  if (days === 0) return t('outputs.today');
  if (days === 1) return t('outputs.yesterday');
  if (days > 1 && days < 7) return weekday.format(start);
  const sameYear = new Date(start).getFullYear() === new Date(today).getFullYear();
  return (sameYear ? dayMonth : withYear).format(start);
}

/** "22 Nov", or "Mar 2025" in another year: what fits the scrubber. */
export function shortDate(start: number, now: number): string {
  return (new Date(start).getFullYear() === new Date(now * 1000).getFullYear() ? shortDay : shortYear).format(start);
}

/** "38 images, 2 videos" */
export function tally(items: readonly Pick<OutputView, 'kind'>[], first = 0, end = items.length): string {
  let images = 0;
  let videos = 0;
  for (let index = first; index < end; index += 1) {
    const kind = items[index]?.kind;
    if (kind === 'image') images += 1;
    else if (kind === 'video') videos += 1;
  }
  const others = end - first - images - videos;
  return [images > 0 && count('outputs.images', images), videos > 0 && count('outputs.videos', videos), others > 0 && count('outputs.files', others)]
    .filter(Boolean)
    .join(', ');
}

/** Midnight of a date field's "2026-11-22", in seconds; of the day after it with `whole`. */
export function fieldMoment(text: string, whole = false): number | null {
  const [year, month, day] = text.split('-').map(Number);
  if (!year || !month || !day) return null;
  return new Date(year, month - 1, day + (whole ? 1 : 0)).getTime() / 1000;
}

/** What a date field shows for a moment (milliseconds). */
export function fieldText(start: number): string {
  const date = new Date(start);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}
