import { beforeEach, expect, test } from 'vitest';

import { allRead, forgetNotices, noteToast, notices } from './told';

beforeEach(forgetNotices);

test('what was said stands there with the last first, and counts until somebody looks', () => {
  noteToast('Saved', 'done');
  noteToast('Refused', 'failed');
  expect(notices.get().all.map((each) => each.sentence)).toEqual(['Refused', 'Saved']);
  expect(notices.get().unread).toBe(2);
  allRead();
  expect(notices.get().unread).toBe(0);
  expect(notices.get().all.length).toBe(2);
});

test('no more than fifty are kept', () => {
  for (let nth = 0; nth < 60; nth += 1) noteToast(String(nth), 'done');
  expect(notices.get().all.length).toBe(50);
  expect(notices.get().all[0]?.sentence).toBe('59');
});

test('whoever signs in next finds none of them', () => {
  noteToast('Made a token', 'done');
  forgetNotices();
  expect(notices.get()).toEqual({ all: [], unread: 0 });
});
