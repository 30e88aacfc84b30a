import { expect, test } from 'vitest';

import { changesOf, drafted, draftOf, readDraft, type Settable } from './values';

const field = (more: Partial<Settable>): Settable => ({ name: 'one', kind: 'text', choices: null, default: null, value: null, set: false, ...more });

test('a field shows its value and reads it back', () => {
  const days = field({ kind: 'number', whole: true, default: 30, value: 14, set: true });
  expect(draftOf(days)).toBe('14');
  expect(readDraft(days, '21')).toEqual({ value: 21 });
  const hosts = field({ kind: 'list', default: [], value: ['a', 'b'], set: true });
  expect(draftOf(hosts)).toBe('a\nb');
  expect(readDraft(hosts, ' a \n\n c')).toEqual({ value: ['a', 'c'] });
  expect(draftOf(field({ kind: 'switch', value: null }))).toBe(false);
});

test('what equals the default, and an empty field, is written as no value of its own', () => {
  expect(readDraft(field({ kind: 'number', default: 30 }), '30')).toEqual({ value: null });
  expect(readDraft(field({ default: 'Single sign-on' }), '  ')).toEqual({ value: null });
  expect(readDraft(field({ kind: 'list', default: [] }), '\n')).toEqual({ value: null });
  expect(readDraft(field({ kind: 'switch', default: true }), false)).toEqual({ value: false });
  expect(readDraft(field({ kind: 'switch', default: null }), false)).toEqual({ value: null });
  expect(readDraft(field({ value: 'x', set: true }), null)).toEqual({ value: null });
});

test('numbers that are none or lie outside are told apart', () => {
  const gb = field({ kind: 'number', low: 0, high: 500 });
  expect(readDraft(gb, '1,5')).toEqual({ value: 1.5 });
  expect(readDraft(gb, '1e3')).toEqual({ trouble: 'number' });
  expect(readDraft(gb, '-1')).toEqual({ trouble: 'low' });
  expect(readDraft(gb, '501')).toEqual({ trouble: 'high' });
  expect(readDraft(field({ kind: 'number', whole: true }), '1.5')).toEqual({ trouble: 'whole' });
});

test('a field is touched until it says again what holds', () => {
  const days = field({ kind: 'number', default: 30, value: 14, set: true });
  const touched = drafted({}, days, '21');
  expect(touched).toEqual({ one: '21' });
  expect(drafted(touched, days, '14')).toEqual({});
  expect(drafted({}, days, null)).toEqual({ one: null });
  expect(drafted({}, field({ default: 30, value: 30 }), null)).toEqual({});
});

test('changes are collected, troubles apart, and drafts of nothing are left out', () => {
  const all = [field({ name: 'a', kind: 'number', default: 1 }), field({ name: 'b', kind: 'number' })];
  expect(changesOf(all, { a: '2', b: 'x', gone: '3' })).toEqual({ values: { a: 2 }, troubles: { b: 'number' } });
});
