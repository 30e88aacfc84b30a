import { expect, test } from 'vitest';

import { pieces, sequence, withCtrl } from './keys';

test('Ctrl turns letters and a few signs into control characters and leaves the rest alone', () => {
  expect(withCtrl('c')).toBe('\u0003');
  expect(withCtrl('C')).toBe('\u0003');
  expect(withCtrl('[')).toBe('\u001b');
  expect(withCtrl(' ')).toBe('\u0000');
  expect(withCtrl('?')).toBe('\u007f');
  expect(withCtrl('ß')).toBe('ß');
  expect(withCtrl('1')).toBe('1');
  expect(withCtrl('pasted')).toBe('pasted');
});

test('arrows are sent as the program asks for them', () => {
  expect(sequence('up', false)).toBe('\u001b[A');
  expect(sequence('left', true)).toBe('\u001bOD');
  expect(sequence('esc', true)).toBe('\u001b');
  expect(sequence('tab', false)).toBe('\t');
});

test('a long paste goes in pieces that lose nothing', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, nth) => nth % 251);
  const parts = pieces(bytes);
  expect(parts.map((part) => part.length)).toEqual([32_768, 32_768, 4_464]);
  expect(Uint8Array.from(parts.flatMap((part) => [...part]))).toEqual(bytes);
  expect(pieces(new Uint8Array())).toEqual([]);
});
