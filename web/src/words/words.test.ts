import { expect, test } from 'vitest';

import './home';

import { count, names, t } from '.';

test('a sentence is found by its key and its fields are filled in', () => {
  expect(t('home.morning', { name: 'Ana' })).toBe('Good morning, Ana');
});

test('a number chooses between one and many, and long ones are grouped', () => {
  expect(count('common.others', 1)).toBe('1 other');
  expect(count('common.others', 12_345)).toBe('12,345 others');
});

test('a field that holds braces or a dollar sign is text like any other', () => {
  expect(t('home.morning', { name: '{name} $& $1' })).toBe('Good morning, {name} $& $1');
});

test('names are joined as a sentence joins them', () => {
  expect(names(['Ana', 'Bo', 'Cy'])).toBe('Ana, Bo and Cy');
});
