import { expect, test } from 'vitest';

import { strength } from './strength';

test('a password under ten characters is too short, whatever is in it', () => {
  expect(strength('aB3$xY9!q')).toBe(0);
});

test('repetition, runs, common words and the own name are weak', () => {
  expect(strength('aaaaaaaaaaaaaa')).toBe(1);
  expect(strength('abcdefghijklm')).toBe(1);
  expect(strength('password123password')).toBe(1);
  expect(strength('katarinazidar1', 'Katarina Zidar')).toBe(1);
});

test('a few words in a row are good, more are strong', () => {
  expect(strength('harbour-at-dusk')).toBeGreaterThanOrEqual(3);
  expect(strength('correct horse battery staple')).toBe(4);
});

test('a character of another script counts as one character', () => {
  expect(strength('山田花子山田花子山')).toBe(0);
  expect(strength('艺术家在港口画日落的颜色')).toBe(4);
});
