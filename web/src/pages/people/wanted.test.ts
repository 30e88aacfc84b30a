import { expect, test } from 'vitest';

import { pathOf } from './queries';
import { filtered, wanting } from './wanted';

test('a part that is empty leaves the address, and the others stay', () => {
  expect(wanting({ text: 'ana', state: 'here', person: 7 }, { text: undefined })).toEqual({ state: 'here', person: 7 });
  expect(wanting({}, { role: 'admin', text: '' })).toEqual({ role: 'admin' });
});

test('a person who is looked at is no filter', () => {
  expect(filtered({ person: 7 })).toBe(false);
  expect(filtered({ state: 'invited' })).toBe(true);
});

test('the first stretch is short, later ones go on after it, and names of any script are asked for whole', () => {
  expect(pathOf({}, null)).toBe('/people?limit=100');
  expect(pathOf({ state: 'invited' }, 101)).toBe('/people?state=invited&after=101&limit=1000');
  expect(new URL(pathOf({ text: '艺术家 & co', person: 3 }, null), 'http://x').searchParams.get('text')).toBe('艺术家 & co');
});
