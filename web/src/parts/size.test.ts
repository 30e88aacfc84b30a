
import { expect, test } from 'vitest';

import { bytes } from './size';

test('a size is in the unit that people read, with one decimal where it matters', () => {
  expect([0, 999, 1000, 840_400, 999_499, 999_500, 3_141_592, 118_000_000, 12_440_000_000].map(bytes)).toEqual([
    '0 bytes', '999 bytes', '1 kB', '840 kB', '999 kB', '1.0 MB', '3.1 MB', '118 MB', '12.4 GB',
  ]);
});
