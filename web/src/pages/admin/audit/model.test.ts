import { expect, test } from 'vitest';

import { type Entry, kindsOf, queryOf, summaryOf, wantedOf } from './model';

const entry = (fields: Record<string, unknown>): Entry => ({ id: 1, at: 0, by: 'Ana', action: 'x.y', subject: '', fields });

test('a change is told as before and after, the rest by its names', () => {
  expect(summaryOf(entry({ was: 30, now: null }))).toBe('30 → –');
  expect(summaryOf(entry({ job: 3, kind: 'backup', is_admin: true, none: null }))).toBe('kind: backup, is admin: true');
  expect(summaryOf(entry({}))).toBe('');
});

test('the address gives a filter, whatever stands there', () => {
  expect(wantedOf({ text: 12, by: '', from: 'monday', to: '2026-11-22', evil: 'x' } as never)).toEqual({ text: '12', to: '2026-11-22' });
});

test('days are whole ones of the reader, both included', () => {
  const query = queryOf({ from: '2026-11-22', to: '2026-11-22', action: 'tool' });
  expect(Number(query.get('to')) - Number(query.get('from'))).toBe(86_400);
  expect(new Date(Number(query.get('from')) * 1000).getHours()).toBe(0);
  expect(query.get('action')).toBe('tool');
});

test('kinds are those with more than one action', () => {
  expect(kindsOf(['tool.started', 'tool.stopped', 'token.created', 'sign_in.failed'])).toEqual(['tool']);
});
