import { expect, test } from 'vitest';

import { firstKnown } from './language';

test('the first language of the browser that there are sentences in', () => {
  expect(firstKnown(['fr-FR', 'de-CH', 'en'])).toBe('de');
  expect(firstKnown(['EN-gb', 'de'])).toBe('en');
  expect(firstKnown(['fr', 'toString'])).toBe('en');
  expect(firstKnown([])).toBe('en');
});
