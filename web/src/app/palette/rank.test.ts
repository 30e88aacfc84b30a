import { expect, test } from 'vitest';

import { rank } from './rank';

const best = (typed: string, names: string[]) =>
  names
    .map((name) => [rank(typed, name), name] as const)
    .filter(([score]) => score !== null)
    .sort(([one], [other]) => (other as number) - (one as number))
    .map(([, name]) => name);

test('the start of a word comes before its middle, and that before scattered letters', () => {
  expect(best('set', ['Reset password', 'Settings', 'Start JupyterLab'])).toEqual(['Settings', 'Reset password']);
  expect(best('sj', ['Jobs', 'Start JupyterLab', 'Stop JupyterLab'])).toEqual(['Stop JupyterLab', 'Start JupyterLab']);
});

test('words may come in any order', () => {
  expect(best('jup start', ['Start JupyterLab', 'Log of JupyterLab'])).toEqual(['Start JupyterLab']);
});

test('accents and case do not matter, and other scripts are found', () => {
  expect(rank('jose', 'José Álvarez')).not.toBeNull();
  expect(rank('艺术', "Ana O'Hara 艺术家")).not.toBeNull();
});

test('what does not fit is left out', () => {
  expect(rank('xyz', 'My outputs')).toBeNull();
  expect(rank('home nowhere', 'Home')).toBeNull();
  expect(rank('ana', 'Language: English')).toBeNull();
  expect(rank('hst', 'The first start')).toBeNull();
  expect(rank('fst', 'Of the first start')).not.toBeNull();
});

test('nothing typed fits everything', () => {
  expect(rank('', 'Home')).not.toBeNull();
});
