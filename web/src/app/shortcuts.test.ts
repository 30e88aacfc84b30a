import { afterEach, expect, test } from 'vitest';

import { bind, bindAllAnew, bindingsOf, keysOf, SHORTCUTS, type Shortcut, takenBy } from './shortcuts';

afterEach(bindAllAnew);

test('no two shortcuts that can be heard at once share a key', () => {
  for (const name of Object.keys(SHORTCUTS) as Shortcut[]) expect(takenBy(name, keysOf(name)), name).toBeNull();
});

test('a shortcut is pressed with other keys, with none, and with its own again', () => {
  bind('go.home', 'h');
  expect(keysOf('go.home')).toBe('h');
  bind('go.home', '');
  expect(keysOf('go.home')).toBe('');
  bind('go.home', null);
  expect(keysOf('go.home')).toBe('g h');
});

test('a key that another shortcut of the place has is taken, also as the first of two', () => {
  expect(takenBy('go.home', 'g a')).toBe('go.activity');
  expect(takenBy('outputs.info', 'z')).toBe('outputs.zoom');
  expect(takenBy('outputs.info', 'g')).toBe('go.home');
  expect(takenBy('log.error', 'i')).toBeNull();
});

test('a key that was given up is free', () => {
  bind('go.activity', '');
  expect(takenBy('go.home', 'g a')).toBeNull();
});

test('what is kept in the browser may be anything', () => {
  expect(bindingsOf('{"go.home": "h", "gone.away": "x", "go.audit": 7}')).toEqual({ 'go.home': 'h' });
  for (const text of [null, '', '[]', 'null', '7', '{']) expect(bindingsOf(text)).toEqual({});
});
