import '../../words/outputs';

import { expect, test } from 'vitest';

import { dayName, daysOf, fieldMoment, fieldText, shortDate, tally } from './days';

const at = (year: number, month: number, day: number, hour = 12, minute = 0) => new Date(year, month - 1, day, hour, minute).getTime() / 1000;
const midnightOf = (year: number, month: number, day: number) => new Date(year, month - 1, day).getTime();
const now = at(2026, 11, 22, 14);

test('files are parted where a day ends, here and not in Greenwich', () => {
  const items = [at(2026, 11, 22, 14), at(2026, 11, 22, 0, 1), at(2026, 11, 21, 23, 59), at(2026, 11, 3)].map((moment) => ({ at: moment }));
  expect(daysOf(items)).toEqual([
    { start: midnightOf(2026, 11, 22), first: 0, end: 2 },
    { start: midnightOf(2026, 11, 21), first: 2, end: 3 },
    { start: midnightOf(2026, 11, 3), first: 3, end: 4 },
  ]);
  expect(daysOf([])).toEqual([]);
});

test('a day on which the clock changes is one day', () => {
  // In many places 29 March 2026 has 23 hours and 25 October 2026 has 25.
  for (const [month, day] of [[3, 29], [10, 25]] as const) {
    const items = [at(2026, month, day, 23, 59), at(2026, month, day, 12), at(2026, month, day, 0, 0)].map((moment) => ({ at: moment }));
    expect(daysOf(items)).toHaveLength(1);
  }
});

test('a day is named as people name it', () => {
  const named = [[11, 22], [11, 21], [11, 20], [11, 15], [1, 3]].map(([month, day]) => dayName(midnightOf(2026, month as number, day as number), now));
  expect(named).toEqual(['Today', 'Yesterday', 'Friday', 'Sun 15 November', 'Sat 3 January']);
  expect(dayName(midnightOf(2025, 3, 9), now)).toBe('9 March 2025');
  // A file from a machine whose clock is ahead.
  expect(dayName(midnightOf(2026, 11, 24), now)).toBe('Tue 24 November');
});

test('the scrubber shows a day this year and a month in another', () => {
  expect(shortDate(midnightOf(2026, 11, 22), now)).toBe('22 Nov');
  expect(shortDate(midnightOf(2025, 3, 9), now)).toBe('Mar 2025');
});

test('a day says how many files of which kind it has', () => {
  const kinds = (['image', 'image', 'video', 'audio', 'other'] as const).map((kind) => ({ kind }));
  expect(tally(kinds)).toBe('2 images, 1 video, 2 other files');
  expect(tally(kinds, 0, 1)).toBe('1 image');
});

test('a date field is a day from its first moment, or to its last', () => {
  expect(fieldMoment('2026-11-22')).toBe(at(2026, 11, 22, 0));
  expect(fieldMoment('2026-11-30', true)).toBe(at(2026, 12, 1, 0));
  expect(fieldMoment('')).toBeNull();
  expect(fieldText(midnightOf(2026, 3, 9))).toBe('2026-03-09');
});
