import { expect, test } from 'vitest';

import { ago, duration, until } from './time';

const noon = new Date(2026, 10, 22, 12).getTime() / 1000;

test('a duration is in seconds under a minute, then in minutes, hours and days', () => {
  expect([0, 14, 60, 112, 600, 659, 20_460, 200_000].map(duration)).toEqual(['0 s', '14 s', '1 min', '1 min 52 s', '10 min', '10 min', '5 h 41 min', '2 days']);
});

test('a moment that has passed is named as people name it', () => {
  expect(ago(noon - 5, noon)).toBe('just now');
  expect(ago(noon - 720, noon)).toBe('12 min ago');
  expect(ago(noon - 3 * 3600, noon)).toBe('3 h ago');
  expect(ago(noon - 18 * 3600, noon)).toBe('yesterday, 18:00');
  expect(ago(noon - 2 * 86_400, noon)).toBe('Friday');
  expect(ago(noon - 30 * 86_400, noon)).toBe('23 October');
});

test('a moment to come is today, tomorrow, a weekday or a date', () => {
  expect(until(noon + 6 * 3600, noon)).toBe('today at 18:00');
  expect(until(noon + 30 * 3600, noon)).toBe('tomorrow at 18:00');
  expect(until(noon + 2 * 86_400, noon)).toBe('Tuesday at 12:00');
  expect(until(noon + 20 * 86_400, noon)).toBe('12 December, 12:00');
});
