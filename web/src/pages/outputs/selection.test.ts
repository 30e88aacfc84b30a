import { expect, test } from 'vitest';

import { everything, kept, nothing, ranged, toggled, toggledAll } from './selection';

const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((path) => ({ path }));
const paths = (selection: { chosen: ReadonlySet<string> }) => [...selection.chosen].sort().join('');

test('a press chooses, another lets go', () => {
  const one = toggled(nothing, 'b');
  expect(paths(one)).toBe('b');
  expect(paths(toggled(one, 'b'))).toBe('');
  expect(paths(toggled(one, 'd'))).toBe('bd');
});

test('Shift chooses from the anchor, and a shorter range lets go of what the longer one held', () => {
  const from = toggled(nothing, 'b');
  const long = ranged(items, from, 'e');
  expect(paths(long)).toBe('bcde');
  expect(paths(ranged(items, long, 'c'))).toBe('bc');
  expect(paths(ranged(items, long, 'a'))).toBe('ab');
});

test('a range leaves what was chosen before as it was', () => {
  const before = toggled(toggled(nothing, 'f'), 'b');
  const long = ranged(items, before, 'd');
  expect(paths(long)).toBe('bcdf');
  expect(paths(ranged(items, long, 'b'))).toBe('bf');
});

test('without an anchor, or with one that is gone, a range is its end', () => {
  expect(paths(ranged(items, nothing, 'c'))).toBe('c');
  expect(paths(ranged(items, toggled(nothing, 'gone'), 'c'))).toBe('cgone');
  expect(ranged(items, nothing, 'gone')).toBe(nothing);
});

test('a day is chosen whole, and let go when it was', () => {
  const day = items.slice(1, 4);
  const whole = toggledAll(toggled(nothing, 'c'), day);
  expect(paths(whole)).toBe('bcd');
  expect(paths(toggledAll(whole, day))).toBe('');
});

test('everything is everything, and what is gone is chosen no longer', () => {
  const all = everything(items);
  expect(paths(all)).toBe('abcdef');
  expect(paths(kept(all, (path) => path > 'c'))).toBe('def');
  expect(kept(all, () => true)).toBe(all);
});
