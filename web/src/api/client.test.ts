import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { call, needed, Problem } from './client';

const answers: Response[] = [];
const asked: { method: string; path: string; headers: Record<string, string> }[] = [];

const answer = (status: number, body: unknown): number => answers.push(new Response(JSON.stringify(body), { status }));
const refuse = (): number => answer(403, { key: 'web.admin_mode', sentence: 'This needs admin mode.' });

beforeEach(() => {
  answers.length = 0;
  asked.length = 0;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push({ method: String(init.method), path, headers: init.headers as Record<string, string> });
    return Promise.resolve(answers.shift());
  });
});

afterEach(() => {
  needed.adminMode = null;
  vi.unstubAllGlobals();
});

test('a request that needs admin mode is repeated once the password was given', async () => {
  needed.adminMode = () => Promise.resolve(true);
  refuse();
  answer(200, { done: true });
  expect(await call('POST', '/tools/x/kill', {})).toEqual({ done: true });
  expect(asked.map((each) => each.path)).toEqual(['/api/v1/tools/x/kill', '/api/v1/tools/x/kill']);
});

test('whoever puts the question away gets the refusal', async () => {
  needed.adminMode = () => Promise.resolve(false);
  refuse();
  await expect(call('POST', '/tools/x/kill', {})).rejects.toThrow('This needs admin mode.');
  expect(asked.length).toBe(1);
});

test('what a page fetches by itself never asks, what somebody just pressed does', async () => {
  const ask = vi.fn(() => Promise.resolve(true));
  needed.adminMode = ask;
  vi.stubGlobal('navigator', { userActivation: { isActive: false } });
  refuse();
  await expect(call('GET', '/people')).rejects.toBeInstanceOf(Problem);
  expect(ask).not.toHaveBeenCalled();
  vi.stubGlobal('navigator', { userActivation: { isActive: true } });
  refuse();
  answer(200, { people: [] });
  expect(await call('GET', '/people')).toEqual({ people: [] });
  expect(ask).toHaveBeenCalledOnce();
});

test('other refusals ask nothing', async () => {
  needed.adminMode = () => Promise.reject(new Error('asked'));
  answer(403, { key: 'web.admins_only', sentence: 'Only admins may do this.' });
  await expect(call('POST', '/tools/x/kill', {})).rejects.toThrow('Only admins may do this.');
});

test('the studio is told which language the page speaks', async () => {
  answer(200, {});
  await call('GET', '/studio');
  expect(asked[0]?.headers['Accept-Language']).toBe('en');
});
