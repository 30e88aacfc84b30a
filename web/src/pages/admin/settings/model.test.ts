import { expect, test } from 'vitest';

import { addressAfter, inWords, type SettingView, sought } from './model';

const setting = (name: string, more: Partial<SettingView> = {}): SettingView => ({ name, group: 'reach', kind: 'text', about: '', wanted: '', choices: null, value: '', running: '', default: '', from: 'default', editable: true, why_not: null, changed: false, ...more });

test('settings are found by every word, in name, meaning or value', () => {
  const all = [setting('trash_days', { about: 'How long images can be restored.', value: 14, from: 'file', changed: true }), setting('port', { value: 8080 })];
  const names = (text: string) => sought(all, { text }).map((each) => each.name);
  expect(names('')).toEqual(['trash_days', 'port']);
  expect(names('Trash days')).toEqual(['trash_days']);
  expect(names('images 14')).toEqual(['trash_days']);
  expect(names('images 8080')).toEqual([]);
  expect(sought(all, { only: 'set' }).map((each) => each.name)).toEqual(['trash_days']);
  expect(sought(all, { only: 'waiting' }).map((each) => each.name)).toEqual(['trash_days']);
});

test('no value is no words', () => {
  expect(inWords('')).toBeNull();
  expect(inWords([])).toBeNull();
  expect(inWords(null)).toBeNull();
  expect(inWords(0)).toBe('0');
  expect(inWords(['a', 'b'])).toBe('a, b');
});

test('the address after a restart is told where the page can know it', () => {
  const port = (value: number, running: number) => setting('port', { value, running, changed: value !== running });
  expect(addressAfter([port(8080, 8080)], new URL('http://studio:8080/x'))).toEqual({ moves: false, address: null });
  expect(addressAfter([port(9090, 8080), setting('port_offset', { value: 5, running: 5 })], new URL('http://studio:8085/x'))).toEqual({ moves: true, address: 'http://studio:9095' });
  expect(addressAfter([port(9090, 8080)], new URL('https://studio.example/x'))).toEqual({ moves: true, address: null });
  expect(addressAfter([setting('public_url', { value: 'https://new.example', changed: true })], new URL('http://studio:8080/'))).toEqual({ moves: true, address: 'https://new.example' });
  const tls = setting('tls_certificate', { value: '/a.pem', running: null, changed: true });
  expect(addressAfter([port(8080, 8080), tls], new URL('http://studio:8080/'))).toEqual({ moves: true, address: 'https://studio:8080' });
});
