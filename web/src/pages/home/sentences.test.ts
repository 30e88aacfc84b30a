import { expect, test } from 'vitest';

import '../../words/home';

import type { Me, ToolView } from '../../api/types';
import { firstName, someNames } from '../../parts/names';
import { answerOf, summaryOf } from './sentences';

const me: Me = { id: 1, name: 'Ana', role: 'admin', folder: 'Ana', scope: 'use', admin_until: null, has_password: true };

function tool(part: Partial<ToolView>): ToolView {
  return { name: 'JupyterLab', state: 'stopped', refusal: null, since: null, takes_seconds: null, ...part } as ToolView;
}

test('what went wrong is said before what works', () => {
  expect(answerOf([tool({ state: 'ready' }), tool({ name: 'ComfyUI', state: 'failed' })], me, 0)).toMatch(/^ComfyUI does not start/);
});

test('a start says how long it still takes', () => {
  expect(answerOf([tool({ state: 'starting', since: 100, takes_seconds: 10 })], me, 104)).toBe('JupyterLab is starting, about 6 s left.');
});

test('ready tools are named together', () => {
  expect(answerOf([tool({ state: 'ready' }), tool({ name: 'ComfyUI', state: 'ready' })], me, 0)).toBe('JupyterLab and ComfyUI are ready for you.');
});

test('a tool that is not for the visitor does not answer for them', () => {
  expect(answerOf([tool({ state: 'ready', refusal: 'Only admins.' })], me, 0)).toBe('There is no tool for you yet.');
});

test('the states are counted in a fixed order', () => {
  expect(summaryOf([tool({}), tool({ state: 'ready' }), tool({ state: 'starting' })])).toBe('1 ready, 1 starting, 1 stopped');
});

test('a person is called by the first word of any name, and many people by the first two', () => {
  expect(firstName('Ana Kovač')).toBe('Ana');
  expect(firstName('山田花子')).toBe('山田花子');
  expect(firstName('x'.repeat(200))).toHaveLength(24);
  expect(someNames(['A', 'B', 'C', 'D'])).toBe('A, B and 2 others');
});
