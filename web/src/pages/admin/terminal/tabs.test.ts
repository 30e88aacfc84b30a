import { expect, test } from 'vitest';

import type { JobView } from '../../../api/types';
import { besideTab, shownTab, tabsOf } from './tabs';

const job = (id: number, state: JobView['state'] = 'running', kind = 'terminal') => ({ id, state, kind }) as JobView;

test('tabs are the open terminals, the oldest first, and those that ended while they were looked at', () => {
  const jobs = [job(5), job(4, 'done'), job(3, 'done'), job(2, 'running', 'install'), job(1)];
  expect(tabsOf(jobs, new Set([4])).map((each) => each.id)).toEqual([1, 4, 5]);
});

test('the tab that was asked for is shown, else the newest that is open', () => {
  const tabs = [job(1), job(2), job(3, 'done')];
  expect(shownTab(tabs, 1)?.id).toBe(1);
  expect(shownTab(tabs, 9)?.id).toBe(2);
  expect(shownTab([job(3, 'done')], undefined)?.id).toBe(3);
  expect(shownTab([], 1)).toBeUndefined();
});

test('when a tab is closed its neighbour is next', () => {
  const tabs = [job(1), job(2), job(3)];
  expect(besideTab(tabs, 2)?.id).toBe(3);
  expect(besideTab(tabs, 3)?.id).toBe(2);
  expect(besideTab([job(1)], 1)).toBeUndefined();
});
