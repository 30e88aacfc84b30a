import { expect, test } from 'vitest';

import { fitting } from './fitting';

const profiles = ['Ana Čović', 'Ivan Murat', 'Анна Иванова', '山田 花子'].map((name) => ({ name }));
const found = (typed: string) => fitting(profiles, typed).map(({ name }) => name);

test('nothing typed lets everybody through', () => {
  expect(found('  ')).toHaveLength(4);
});

test('parts of a name are found in any order, without capitals or accents', () => {
  expect(found('covic an')).toEqual(['Ana Čović']);
  expect(found('анна')).toEqual(['Анна Иванова']);
  expect(found('花子')).toEqual(['山田 花子']);
  expect(found('nobody')).toEqual([]);
});
