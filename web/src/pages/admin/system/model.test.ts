import { expect, test } from 'vitest';

import { byWeight, type Check, numberOf } from './model';

const check = (id: string, state: Check['state']): Check => ({ id, title: id, state, sentence: '', next_step: null, seconds: 0 });

test('what has to be mended comes first, the rest keeps its order', () => {
  const checks = [check('a', 'ok'), check('b', 'off'), check('c', 'warn'), check('d', 'fail'), check('e', 'ok')];
  expect(byWeight(checks).map(({ id }) => id)).toEqual(['d', 'c', 'a', 'e', 'b']);
  expect(numberOf(checks, 'ok')).toBe(2);
});
