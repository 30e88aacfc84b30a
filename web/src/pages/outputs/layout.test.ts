import { expect, test } from 'vitest';

import type { Day } from './days';
import { aspectOf, layoutOf, rowAt, rowOfIndex, rowsBetween, type Shape, TALLEST, verticalFrom } from './layout';

const WIDE: Shape = { width: 1100, gap: 4, row: 176, heading: 30, between: 18, columns: null };
const PHONE: Shape = { width: 390, gap: 2, row: 0, heading: 34, between: 10, columns: 3 };

const image = (width: number, height: number) => ({ kind: 'image' as const, width, height });

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

function many(count: number, perDay: number) {
  const chance = numbers(count);
  const items = Array.from({ length: count }, () => image(400 + Math.floor((chance.next().value as number) * 1600), 800));
  const days: Day[] = [];
  for (let first = 0; first < count; first += perDay) days.push({ start: -days.length, first, end: Math.min(first + perDay, count) });
  return { items, days };
}

test('every file has one place, in order, inside the page and over nobody else', () => {
  for (const shape of [WIDE, PHONE, { ...WIDE, width: 320 }]) {
    for (const perDay of [1, 7, 83]) {
      const { items, days } = many(400, perDay);
      const layout = layoutOf(items, days, shape);
      const seen = layout.rows.flatMap((row) => row.spots.map((spot) => spot.index));
      expect(seen).toEqual(items.map((_, index) => index));
      expect(layout.placed).toBe(items.length);
      let bottom = 0;
      for (const row of layout.rows) {
        expect(row.top).toBeGreaterThanOrEqual(bottom);
        bottom = row.top + row.height;
        let right = 0;
        for (const spot of row.spots) {
          expect(spot.left).toBeGreaterThanOrEqual(right);
          expect(spot.width).toBeGreaterThan(0);
          right = spot.left + spot.width;
        }
        expect(right).toBeLessThanOrEqual(shape.width);
      }
      expect(layout.height).toBeGreaterThanOrEqual(bottom);
    }
  }
});

test('full rows reach the edge to the pixel and come close to the wanted height', () => {
  const { items, days } = many(300, 300);
  const rows = layoutOf(items, days, WIDE).rows.filter((row) => row.spots.length > 0).slice(0, -1);
  for (const row of rows) {
    const last = row.spots.at(-1);
    expect((last?.left ?? 0) + (last?.width ?? 0)).toBe(WIDE.width);
    expect(row.height).toBeGreaterThan(WIDE.row * 0.7);
    expect(row.height).toBeLessThan(WIDE.row * 1.45);
  }
});

test('a short last row keeps the wanted height instead of growing huge', () => {
  const { rows } = layoutOf([image(1000, 1000)], [{ start: 0, first: 0, end: 1 }], WIDE);
  expect(rows[1]).toMatchObject({ height: 176, spots: [{ index: 0, left: 0, width: 176 }] });
});

test('a phone has squares of one size', () => {
  const { items, days } = many(7, 7);
  const rows = layoutOf(items, days, PHONE).rows.slice(1);
  expect(rows.map((row) => row.spots.length)).toEqual([3, 3, 1]);
  expect(new Set(rows.map((row) => row.height))).toEqual(new Set([129]));
});

test('a shape that is extreme or not known has a place that can be seen', () => {
  expect(aspectOf(image(8000, 100))).toBe(3.2);
  expect(aspectOf(image(10, 4000))).toBe(0.5);
  expect(aspectOf({ kind: 'video', width: null, height: null })).toBeCloseTo(16 / 9);
  expect(aspectOf({ kind: 'other', width: null, height: null })).toBe(1);
});

test('a page never grows taller than browsers draw: whole days are left for another page', () => {
  const { items, days } = many(400_000, 1000);
  const layout = layoutOf(items, days, { ...WIDE, width: 600 });
  expect(layout.height).toBeLessThan(TALLEST + 200_000);
  expect(layout.placed).toBeLessThan(items.length);
  expect(layout.placed % 1000).toBe(0);
  expect(layout.heads).toHaveLength(layout.placed / 1000);
});

test('ten thousand files are laid out while a key is pressed', () => {
  const { items, days } = many(10_000, 37);
  const before = performance.now();
  layoutOf(items, days, WIDE);
  expect(performance.now() - before).toBeLessThan(100);
});

test('what the screen shows is found without looking at every row', () => {
  const { items, days } = many(500, 11);
  const { rows } = layoutOf(items, days, WIDE);
  for (const [top, bottom] of [[0, 900], [5000, 5900], [12_345, 13_000], [-200, 10]] as const) {
    expect(rowsBetween(rows, top, bottom)).toEqual(rows.filter((row) => row.top + row.height > top && row.top < bottom));
  }
  expect(rowAt(rows, 1e9)).toBe(rows.length);
});

test('each file knows its row', () => {
  const { items, days } = many(250, 9);
  const { rows } = layoutOf(items, days, WIDE);
  for (let index = 0; index < items.length; index += 1) expect(rows[rowOfIndex(rows, index)]?.spots.some((spot) => spot.index === index)).toBe(true);
  expect(rowOfIndex(rows, -1)).toBe(-1);
  expect(rowOfIndex(rows, 250)).toBe(-1);
  expect(rowOfIndex([], 0)).toBe(-1);
});

test('up and down lead to the file under the middle, over headings, and stop at the ends', () => {
  const items = Array.from({ length: 7 }, () => image(100, 100));
  const { rows } = layoutOf(items, [{ start: 0, first: 0, end: 4 }, { start: -1, first: 4, end: 7 }], PHONE);
  expect(verticalFrom(rows, 1, 1)).toBe(3);
  expect(verticalFrom(rows, 3, 1)).toBe(4);
  expect(verticalFrom(rows, 6, -1)).toBe(3);
  expect(verticalFrom(rows, 5, 1)).toBe(5);
  expect(verticalFrom(rows, 0, -1)).toBe(0);
});
