import { expect, test } from 'vitest';

import type { LogHit } from '../../api/types';
import { grouped, shortened } from './hits';
import { termOf } from './log/pieces';

const hit = (log: string, offset: number): LogHit => ({ log, title: log.toUpperCase(), offset, at: offset, stream: 'o', text: '' });

test('hits come log by log, in the order of their newest', () => {
  expect(grouped([hit('b', 9), hit('a', 8), hit('b', 7)]).map((group) => [group.title, group.hits.map((each) => each.offset)])).toEqual([['B', [9, 7]], ['A', [8]]]);
});

test('a long line begins shortly before its first hit, and ends somewhere', () => {
  const found = shortened(`${'x'.repeat(500)}needle${'y'.repeat(2000)}`, termOf('NEEDLE', false));
  expect(found[0]?.text).toBe(`…${'x'.repeat(40)}`);
  expect(found[1]).toEqual({ text: 'needle', hit: true });
  expect(found.map((piece) => piece.text).join('').length).toBeLessThanOrEqual(400);
  expect(shortened('\u001b[31mred\u001b[0m rose', termOf('rose', false))).toEqual([{ text: 'red ', hit: false }, { text: 'rose', hit: true }]);
  expect(shortened('', termOf('x', false))).toEqual([]);
});
