import { expect, test } from 'vitest';

import { marksOf, ticksOf } from './marks';

const day = (year: number, month: number, date: number) => ({ start: new Date(year, month - 1, date).getTime(), first: 0, end: 1 });

test('months are named at their newest day, a year where it begins', () => {
  const days = [day(2026, 11, 22), day(2026, 11, 3), day(2026, 9, 8), day(2026, 1, 9), day(2025, 12, 1), day(2025, 3, 1)];
  const marks = marksOf(days, days.map((_, nth) => nth * 100), (top) => top);
  expect(marks.map((mark) => [mark.name, mark.y, mark.year])).toEqual([
    ['Nov', 0, false],
    ['Sep', 200, false],
    ['2026', 300, true],
    ['Dec', 400, false],
    ['Mar', 500, false],
  ]);
});

test('within one month days are named', () => {
  const days = [day(2026, 11, 22), day(2026, 11, 21)];
  expect(marksOf(days, [0, 50], (top) => top).map((mark) => mark.name)).toEqual(['Sun 22', 'Sat 21']);
});

test('names that would touch are left out, a year last of all', () => {
  const days = [day(2026, 3, 1), day(2026, 2, 1), day(2026, 1, 1), day(2025, 12, 1)];
  expect(marksOf(days, [0, 5, 10, 100], (top) => top).map((mark) => mark.name)).toEqual(['2026', 'Dec']);
});

test('days have ticks where there is room', () => {
  expect(ticksOf([0, 2, 8, 30], (top) => top)).toEqual([0, 8, 30]);
});
