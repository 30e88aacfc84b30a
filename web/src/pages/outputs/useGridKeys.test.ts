import { expect, test, vi } from 'vitest';

import { layoutOf } from './layout';
import { target } from './useGridKeys';

vi.mock('../../app/preferences', () => ({}));
vi.mock('../../app/keys', () => ({}));

const items = Array.from({ length: 30 }, () => ({ kind: 'image' as const, width: 10, height: 10 }));
const layout = layoutOf(items, [{ start: 0, first: 0, end: 30 }], { width: 300, gap: 0, row: 0, heading: 30, between: 0, columns: 3 });
const go = (key: string, from: number) => target(key, from, items.length, layout, 250);

test('arrows step and stop at the ends', () => {
  expect([go('ArrowRight', 4), go('ArrowLeft', 4), go('ArrowDown', 4), go('ArrowUp', 4)]).toEqual([5, 3, 7, 1]);
  expect([go('ArrowRight', 29), go('ArrowLeft', 0), go('ArrowUp', 1), go('ArrowDown', 28)]).toEqual([29, 0, 1, 28]);
});

test('Home leads to the newest, Page keys a screen on', () => {
  expect(go('Home', 12)).toBe(0);
  expect([go('PageDown', 0), go('PageUp', 29), go('PageUp', 1), go('PageDown', 29)]).toEqual([6, 18, 0, 27]);
});

test('any other key moves nothing', () => {
  expect(go('a', 3)).toBeNull();
});
