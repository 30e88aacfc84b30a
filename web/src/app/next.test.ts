import { beforeAll, expect, test, vi } from 'vitest';

import { isPage, safeNext } from './next';

beforeAll(() => vi.stubGlobal('window', { location: { origin: 'https://studio.example' } }));

test('a path of the studio is followed, with its query and fragment', () => {
  expect(safeNext('/people?add=true#x')).toBe('/people?add=true#x');
});

test.each(['//evil', '///evil', '/\\evil', '\\\\evil', '/\t/evil', 'https:evil', 'https://evil', 'javascript:alert(1)', '', undefined, 7])(
  'what could leave the studio leads Home: %j',
  (next) => {
    expect(safeNext(next)).toBe('/');
  },
);

test('the sign-in page is no place to return to', () => {
  expect(safeNext('/signin?next=/')).toBe('/');
});

test('the way into a tool is answered by the studio, not by these pages', () => {
  expect(isPage('/enter/jupyter-lab?state=a')).toBe(false);
  expect(isPage('/activity')).toBe(true);
});
