import '../../words/outputs';

import { expect, test } from 'vitest';

import { took } from './took';

test('what takes no time is not said to take 0 seconds', () => {
  expect([0, 0.4, 0.99].map(took)).toEqual(['under 1 s', 'under 1 s', 'under 1 s']);
  expect([1, 1.4, 61].map(took)).toEqual(['1 s', '1 s', '1 min 1 s']);
});
