import { expect, test } from 'vitest';

import type { JobView, RunView } from '../../api/types';
import { ofRun, peopleOf, together, wantedDoings } from './doings';
import { wantedOf } from './wanted';

const job = (id: number, at: number, state: JobView['state'] = 'done', by = 'Ann'): JobView => ({ id, kind: 'install', title: `Job ${id}`, state, by, started_at: at, ended_at: at + 5, exit_code: 0, exit_signal: null, first_error: 'no', fields: {} });
const run = (id: number, at: number, ending: RunView['ending'] = 'stopped', more: Partial<RunView> = {}): RunView => ({ id, tool: 'jupyter-lab', name: 'JupyterLab', person: null, started_by: 'Bo', started_at: at, ended_at: at + 1, exit_code: 0, exit_signal: null, ending, first_error: null, log: 'tool:jupyter-lab', log_start: 100, log_end: 200, ...more });
const keys = (found: { key: string }[]) => found.map((each) => each.key);

test('jobs and runs stand in one list, the newest first', () => {
  expect(keys(together([job(1, 10), job(2, 30)], [run(9, 40), run(8, 20)], false))).toEqual(['run:9', 'job:2', 'run:8', 'job:1']);
});

test('while older runs are to come, older jobs wait for them', () => {
  expect(keys(together([job(1, 10), job(2, 30)], [run(9, 40), run(8, 20)], true))).toEqual(['run:9', 'job:2', 'run:8']);
  expect(keys(together([job(1, 10)], [], true))).toEqual([]);
});

test('what crashed opens at its first error, what runs at its end, everything else where it began', () => {
  const error = { text: 'boom', offset: 150 };
  expect(ofRun(run(1, 1, 'crashed', { first_error: error }))).toMatchObject({ line: 150, error: 'boom', ending: 'bad' });
  expect(ofRun(run(1, 1, 'crashed', { first_error: { text: 'boom', offset: null } })).line).toBe(100);
  expect(ofRun(run(1, 1, 'running')).line).toBeNull();
  expect(ofRun(run(1, 1, 'stopped', { first_error: error }))).toMatchObject({ line: 100, error: null });
  expect(ofRun(run(1, 1, 'stopped', { log: 'tool:jupyter-lab:7' })).href).toBe('/activity/tool/jupyter-lab/7');
});

test('filters by kind, ending and person', () => {
  const all = together([job(1, 10, 'failed'), job(2, 30, 'cancelled', 'Cy')], [run(9, 40, 'lost', { person: 'Cy' })], false);
  expect(keys(wantedDoings(all, { kind: 'job' }))).toEqual(['job:2', 'job:1']);
  expect(keys(wantedDoings(all, { ended: 'bad' }))).toEqual(['run:9', 'job:1']);
  expect(keys(wantedDoings(all, { ended: 'good' }))).toEqual(['job:2']);
  expect(keys(wantedDoings(all, { who: 'Cy' }))).toEqual(['run:9', 'job:2']);
  expect(peopleOf(all)).toEqual(['Ann', 'Bo', 'Cy']);
});

test('an address that makes no sense is no filter', () => {
  expect(wantedOf({ text: '  ', kind: 'x', ended: 7, since: ['day'], log: 5, exact: 'true', who: {} })).toEqual({});
  expect(wantedOf({ text: 42, kind: 'tool', ended: 'bad', since: 'day', log: 'job:1', exact: true, who: 'Ann' })).toEqual({ text: '42', kind: 'tool', ended: 'bad', since: 'day', log: 'job:1', exact: true, who: 'Ann' });
});
