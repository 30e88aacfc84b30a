import { expect, test } from 'vitest';

import { drawnRows } from './rows';

const count = (drawn: ReturnType<typeof drawnRows>) => drawn.rows.reduce((sum, row) => sum + row.gap + 1, 0) + drawn.rest;

test('only the rows on the screen are drawn, and the gaps keep the height of all', () => {
  const drawn = drawnRows(10_000, 48, 48_000, 48_900, -1);
  expect(drawn.rows.map((row) => row.index)).toEqual(Array.from({ length: 19 }, (_, nth) => 1000 + nth));
  expect(drawn.rows[0]?.gap).toBe(1000);
  expect(count(drawn)).toBe(10_000);
});

test('the row with the focus stays drawn above and below the screen', () => {
  for (const held of [0, 9_999]) {
    const drawn = drawnRows(10_000, 48, 48_000, 48_900, held);
    expect(drawn.rows.some((row) => row.index === held)).toBe(true);
    expect(drawn.rows.map((row) => row.index)).toEqual([...drawn.rows.map((row) => row.index)].sort((one, other) => one - other));
    expect(count(drawn)).toBe(10_000);
  }
});

test('an empty list, and a screen far off the list, draw nothing', () => {
  expect(drawnRows(0, 48, 0, 900, -1)).toEqual({ rows: [], rest: 0 });
  expect(drawnRows(3, 48, 100_000, 101_000, -1)).toEqual({ rows: [], rest: 3 });
  expect(count(drawnRows(3, 48, -5000, -4000, 1))).toBe(3);
});
