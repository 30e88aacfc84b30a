import { expect, test } from 'vitest';

import { isChosen, manyOf, stepped, textOf } from './chosen';
import { Stretch } from './stretch';

const stretch = new Stretch(() => 19);
stretch.replace({ start: 0, next: 100, oldest: 0, end: 100, lines: Array.from({ length: 10 }, (_, nth) => ({ offset: nth * 10, at: 0, stream: 'o' as const, text: `\u001b[31mline ${nth}` })) });
const press = (key: string, more: Partial<Record<'ctrlKey' | 'shiftKey', boolean>> = {}) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

test('chosen lines are copied in order and without colours, whichever end came first', () => {
  expect(textOf(stretch, { from: 30, to: 10 })).toBe('line 1\nline 2\nline 3');
  expect(manyOf(stretch, { from: 90, to: 90 })).toBe(1);
  expect(manyOf(stretch, { from: 15, to: 35 })).toBe(2);
  expect([0, 10, 30, 40].map((offset) => isChosen({ from: 30, to: 10 }, offset))).toEqual([false, true, true, false]);
});

test('keys choose, move, stretch and let go', () => {
  const middle = () => 50;
  expect(stepped(press('Enter'), stretch, null, middle)).toEqual({ from: 50, to: 50 });
  expect(stepped(press('ArrowUp'), stretch, { from: 50, to: 50 }, middle)).toEqual({ from: 40, to: 40 });
  expect(stepped(press('ArrowDown', { shiftKey: true }), stretch, { from: 50, to: 60 }, middle)).toEqual({ from: 50, to: 70 });
  expect(stepped(press('ArrowDown'), stretch, { from: 90, to: 90 }, middle)).toEqual({ from: 90, to: 90 });
  expect(stepped(press('a', { ctrlKey: true }), stretch, null, middle)).toEqual({ from: 0, to: 90 });
  expect(stepped(press('Escape'), stretch, { from: 0, to: 90 }, middle)).toBeNull();
});

test('other keys stay what they are', () => {
  for (const key of ['ArrowUp', 'Escape', 'PageUp', 'x', 'a']) expect(stepped(press(key), stretch, null, () => 50)).toBeUndefined();
  expect(stepped(press('c', { ctrlKey: true }), stretch, { from: 0, to: 0 }, () => 50)).toBeUndefined();
});
