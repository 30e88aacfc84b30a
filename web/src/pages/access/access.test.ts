import '../../words/access';

import { expect, test } from 'vitest';

import type { SessionView, TokenView } from '../../api/types';
import { byUse, isHere, isOwnMachine, isPhone } from './devices';
import { isOver, tokenLine } from './tokens';

const NOW = new Date(2026, 10, 22, 12).getTime() / 1000;
const device = (id: number, seen: number, current = false): SessionView => ({ id, current, device: '', address: '', created_at: 0, seen_at: seen, expires_at: 0 });
const token = (part: Partial<TokenView>): TokenView => ({ id: 1, label: 'Home', scope: 'use', created_at: 0, expires_at: null, used_at: null, ...part });

test('the device in use stands first, then the others by their last use', () => {
  expect(byUse([device(1, 10), device(2, 30), device(3, 20, true)]).map(({ id }) => id)).toEqual([3, 2, 1]);
});

test('a device is here while its last request is fresh, and the one that asks always', () => {
  expect(isHere(device(1, NOW - 60), NOW)).toBe(true);
  expect(isHere(device(1, NOW - 3600), NOW)).toBe(false);
  expect(isHere(device(1, NOW - 3600, true), NOW)).toBe(true);
});

test('phones and tablets are told from desks, and the own machine from others', () => {
  expect(['Safari on iPhone', 'Chrome on Android', 'Chrome on Windows'].map(isPhone)).toEqual([true, true, false]);
  expect(['::1', '127.0.0.1', '::ffff:127.0.0.1', '10.0.0.1', '1270::1'].map(isOwnMachine)).toEqual([true, true, true, false, false]);
});

test('a token says what it may do, its last use and its end', () => {
  expect(tokenLine(token({}), NOW)).toBe('Acts as an artist, never used, no end');
  expect(tokenLine(token({ scope: 'read', used_at: NOW - 720, expires_at: NOW + 6 * 3600 }), NOW)).toBe('Looks only, used 12 min ago, until today at 18:00');
});

test('a token is over from its end on, and says so', () => {
  expect(isOver(token({ expires_at: NOW }), NOW)).toBe(true);
  expect(isOver(token({ expires_at: null }), NOW)).toBe(false);
  expect(tokenLine(token({ expires_at: NOW - 7200 }), NOW)).toContain('ended 2 h ago');
});
