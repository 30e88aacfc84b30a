import { expect, test } from 'vitest';

import { coloured, plain } from './clean';

test('colours and weights reach the terminal', () => {
  expect(coloured('\u001b[1;31merror\u001b[0m \u001b[38;2;1;2;3mrgb\u001b[m')).toBe('\u001b[1;31merror\u001b[0m \u001b[38;2;1;2;3mrgb\u001b[m');
});

test('what could move the cursor, name the window, write the clipboard or make a link does not', () => {
  expect(coloured('a\u001b[2Jb\u001b[10;10Hc')).toBe('abc');
  expect(coloured('a\u001b]0;title\u0007b\u001b]52;c;aGk=\u0007c')).toBe('abc');
  expect(coloured('\u001b]8;;https://evil\u001b\\link\u001b]8;;\u001b\\')).toBe('link');
  expect(coloured('a\u001bP1$q\u001b\\b\u0000\u0008\rc\u009b31m')).toBe('abc31m');
});

test('a copied line has neither', () => {
  expect(plain('\u001b[31mred\u001b[0m\tand plain')).toBe('red\tand plain');
});
