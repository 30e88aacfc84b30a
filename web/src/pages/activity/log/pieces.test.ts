import { expect, test } from 'vitest';

import { pieces, termOf } from './pieces';
import { spans } from './sgr';

const E = '\u001b';
const cut = (line: string, text: string, exact = false) => pieces(spans(line), termOf(text, exact)).map((piece) => (piece.hit ? `[${piece.text}]` : piece.text));

test('hits are cut out of their line, whatever colours go through them', () => {
  expect(cut('an error and an Error', 'error')).toEqual(['an ', '[error]', ' and an ', '[Error]']);
  expect(cut('an error and an Error', 'Error', true)).toEqual(['an error and an ', '[Error]']);
  expect(cut(`ab${E}[31mcd${E}[0mef`, 'bcde')).toEqual(['a', '[b]', '[cd]', '[e]', 'f']);
  expect(cut('aaaa', 'aa')).toEqual(['[aa]', '[aa]']);
});

test('what is looked for is text, never a pattern', () => {
  expect(cut('a.b axb (', 'a.b')).toEqual(['[a.b]', ' axb (']);
  expect(cut('((((', '(')).toEqual(['[(]', '[(]', '[(]', '[(]']);
  for (const text of ['[', '\\', '*', '{2}', '^$', 'a-z', '/', '🎨']) expect(cut(`x${text}y`, text)).toEqual(['x', `[${text}]`, 'y']);
});

test('nothing looked for cuts nothing', () => {
  expect(cut(`a${E}[1mb`, '')).toEqual(['a', 'b']);
});

test('a line of nothing but hits is marked up to a bound', () => {
  expect(cut('a'.repeat(16_000), 'a').length).toBeLessThanOrEqual(401);
});
