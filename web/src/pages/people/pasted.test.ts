import { expect, test } from 'vitest';

import { linesOf, namesIn } from './pasted';

test('a column of names, a list with points or numbers, and a quoted one give the same names', () => {
  expect(namesIn('Ana Zidar\r\nIvan Murat\n\n  Rosa   Macak ')).toEqual(['Ana Zidar', 'Ivan Murat', 'Rosa Macak']);
  expect(namesIn('- Ana Zidar\n2. Ivan Murat\n• "Rosa Macak"')).toEqual(['Ana Zidar', 'Ivan Murat', 'Rosa Macak']);
  expect(namesIn('Ana Zidar\tIvan Murat;Rosa Macak')).toHaveLength(3);
});

test('a name that stands twice is taken once, whatever its capitals', () => {
  expect(namesIn('Ana Zidar\nana zidar\nANA ZIDAR')).toEqual(['Ana Zidar']);
});

test('names of any script stay as they are', () => {
  expect(namesIn("山田 花子\nАнна Иванова\nAna O'Hara 🎨\nJean-Luc, dit Jean")).toEqual(['山田 花子', 'Анна Иванова', "Ana O'Hara 🎨", 'Jean-Luc, dit Jean']);
});

test('nothing gives nothing', () => {
  expect(namesIn(' \n\t\n  \n')).toEqual([]);
  expect(namesIn('')).toEqual([]);
});

test('many links are copied as lines of name and link', () => {
  expect(linesOf([{ name: 'Ana', link: 'http://a' }, { name: 'Ivan', link: 'http://b' }])).toBe('Ana\thttp://a\nIvan\thttp://b');
});
