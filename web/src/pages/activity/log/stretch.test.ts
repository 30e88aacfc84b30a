import { expect, test } from 'vitest';

import type { LogLine } from '../../../api/types';
import { cellsOf } from './cells';
import { MOST_LETTERS, MOST_LINES, type Part, Stretch } from './stretch';

const SIZE = 10;
const line = (nth: number, stream: LogLine['stream'] = 'o', text = `line ${nth}`): LogLine => ({ offset: nth * SIZE, at: nth, stream, text });
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, nth) => line(from + nth));
const part = (from: number, to: number, oldest = 0, end = to): Part => ({ start: from * SIZE, next: to * SIZE, oldest: oldest * SIZE, end: end * SIZE, lines: lines(from, to) });
const stretch = () => new Stretch((each) => 19 * Math.max(1, Math.ceil(each.text.length / 20)));

/** Whatever was done, the tops are the sums of the heights and the bytes go up. */
function sound(one: Stretch): void {
  let top = 0;
  one.items.forEach((each, index) => {
    expect(one.top(index)).toBe(top);
    top += one.top(index + 1) - one.top(index);
    if (index > 0) expect(each.offset).toBeGreaterThan(one.items[index - 1]!.offset);
  });
  expect(one.height).toBe(top);
  expect(one.items.length).toBeLessThanOrEqual(MOST_LINES);
}

test('lines are found by height and by byte', () => {
  const one = stretch();
  one.replace(part(100, 200));
  expect(one.top(3)).toBe(57);
  expect([-5, 0, 18, 19, 57, 1e9].map((y) => one.at(y))).toEqual([0, 0, 0, 1, 3, 99]);
  expect([999, 1000, 1005, 1010, 1e9].map((offset) => one.indexOf(offset))).toEqual([-1, 0, 0, 1, 99]);
  expect([999, 1000, 1999, 2000].map((offset) => one.has(offset))).toEqual([false, true, true, false]);
});

test('a line that is still being drawn gives way to the next one, and counts once', () => {
  const one = stretch();
  one.replace(part(0, 2));
  one.append([line(2, '~', 'half')], 3 * SIZE);
  one.append([line(3, '~', 'more')], 4 * SIZE);
  one.append([line(4, 'o', 'whole'), line(5)], 6 * SIZE);
  expect(one.items.map((each) => each.text)).toEqual(['line 0', 'line 1', 'whole', 'line 5']);
  sound(one);
});

test('earlier lines come before, and the place of each is known', () => {
  const one = stretch();
  one.replace(part(100, 200, 0, 200));
  expect(one.whole).toBe(false);
  one.prepend(part(50, 100, 0, 200));
  expect(one.items.length).toBe(150);
  expect(one.top(50)).toBe(50 * 19);
  one.prepend(part(0, 50, 0, 200));
  expect(one.whole).toBe(true);
  sound(one);
});

test('a log that was cut meanwhile has nothing earlier', () => {
  const one = stretch();
  one.replace(part(100, 200, 0, 200));
  one.prepend({ ...part(100, 100, 100, 200), lines: [] });
  expect(one.whole).toBe(true);
  expect(one.items.length).toBe(100);
});

test('a part of what was drawn over may be empty: the way back goes on before it', () => {
  const one = stretch();
  one.replace(part(100, 200));
  one.prepend({ ...part(40, 100, 0, 200), lines: [] });
  expect([one.start, one.whole, one.items.length]).toEqual([400, false, 100]);
  one.prepend(part(0, 40, 0, 200));
  expect([one.whole, one.items.length]).toEqual([true, 140]);
  sound(one);
});

test('it never holds more than it may: new lines push out the first, earlier ones the last', () => {
  const one = stretch();
  one.replace(part(0, MOST_LINES));
  one.append(lines(MOST_LINES, MOST_LINES + 500), (MOST_LINES + 500) * SIZE);
  expect(one.items.length).toBe(MOST_LINES);
  expect(one.start).toBe(500 * SIZE);
  one.prepend(part(0, 500, 0, MOST_LINES + 500));
  expect(one.start).toBe(0);
  expect(one.next).toBe(MOST_LINES * SIZE);
  sound(one);
});

test('a few endless lines count as many', () => {
  const one = stretch();
  const long = 'x'.repeat(16_000);
  for (let nth = 0; nth < 600; nth += 1) one.append([line(nth, 'o', long)], (nth + 1) * SIZE);
  expect(one.items.length * 16_000).toBeLessThanOrEqual(MOST_LETTERS);
  expect(one.items.at(-1)?.offset).toBe(599 * SIZE);
});

test('a height that turned out otherwise moves what stands below', () => {
  const one = stretch();
  one.replace(part(0, 10));
  expect(one.measured(3, 19)).toBe(false);
  expect(one.measured(3, 57)).toBe(true);
  expect([one.top(3), one.top(4), one.height]).toEqual([57, 114, 228]);
  one.again(() => 10);
  expect(one.height).toBe(100);
});

test('whatever comes in whatever order, bytes and heights agree', () => {
  let seed = 3;
  const chance = (most: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % most;
  for (let round = 0; round < 60; round += 1) {
    const one = stretch();
    let [from, to] = [1000, 1000 + chance(50)];
    one.replace(part(from, to));
    for (let step = 0; step < 40; step += 1) {
      const kind = chance(4);
      const many = chance(40);
      if (kind === 0) {
        one.prepend(part(from - many, from));
        from -= many;
      } else if (kind === 1) one.measured(chance(Math.max(1, one.items.length)), 19 * (1 + chance(5)));
      else {
        one.append(lines(to, to + many).map((each, nth) => (nth === many - 1 && chance(3) === 0 ? { ...each, stream: '~' as const } : each)), (to + many) * SIZE);
        to += many;
      }
    }
    sound(one);
  }
});

test('wide letters take two cells, tabs go to the next eighth, marks take none', () => {
  expect(cellsOf('plain')).toBe(5);
  expect(cellsOf('a\tb')).toBe(9);
  expect(cellsOf('日本')).toBe(4);
  expect(cellsOf('e\u0301')).toBe(1);
});
