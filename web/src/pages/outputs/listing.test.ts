import { expect, test, vi } from 'vitest';

import type { OutputPage, OutputView } from '../../api/types';
import { type Ask, type Filter, Listing, merged } from './listing';

vi.mock('../../api/queries', () => ({ cache: {} }));

const ALL: Filter = { text: '', kind: null, from: null, to: null };
const file = (number: number, version = '1'): OutputView => ({ path: `${number}.png`, name: `${number}.png`, folder: '', kind: 'image', size: 10, at: number, width: 8, height: 8, version });

/** A studio with these files, newest first; `asked` counts the looks. */
function studio(count: number) {
  const state = { files: Array.from({ length: count }, (_, nth) => file(count - nth)), asked: 0, fails: false };
  const ask: Ask = async (_filter, limit, before) => {
    state.asked += 1;
    if (state.fails) throw new Error('unreachable');
    const rest = before === null ? state.files : state.files.filter((each) => each.at < Number(before));
    const outputs = rest.slice(0, limit);
    const page: OutputPage = { outputs, next: rest.length > limit ? String(outputs.at(-1)?.at) : null, total: state.files.length, bytes: state.files.length * 10 };
    return Promise.resolve(page);
  };
  return { state, listing: new Listing(ALL, ask, 0) };
}

const numbers = (listing: Listing) => listing.get().items.map((item) => item.at);

test('the first files are there soon and the others follow unasked', async () => {
  const { state, listing } = studio(2500);
  await listing.begin();
  expect(numbers(listing)).toEqual(state.files.map((each) => each.at));
  expect(listing.get()).toMatchObject({ is: 'open', next: null, total: 2500, bytes: 25_000 });
  expect(state.asked).toBe(4);
});

test('a file that is new comes to the front, and only it is fresh', async () => {
  const { state, listing } = studio(450);
  await listing.begin();
  const before = listing.get().items[0];
  state.files = [file(451), ...state.files];
  await listing.refresh();
  expect(numbers(listing)[0]).toBe(451);
  expect(listing.get().items).toHaveLength(451);
  expect([...listing.get().fresh]).toEqual(['451.png']);
  expect(listing.get().items[1]).toBe(before);
});

test('a file that went far down is missed by the count, and everything is read again', async () => {
  const { state, listing } = studio(900);
  await listing.begin();
  state.files = state.files.filter((each) => each.at !== 17);
  await listing.refresh();
  expect(numbers(listing)).toEqual(state.files.map((each) => each.at));
});

test('a file that was written anew shows its new self', async () => {
  const { state, listing } = studio(3);
  await listing.begin();
  state.files = [file(3), file(2, '2'), file(1)];
  await listing.refresh();
  expect(listing.get().items.map((item) => item.version)).toEqual(['1', '2', '1']);
});

test('the first look that fails says so and can be repeated', async () => {
  const { state, listing } = studio(3);
  state.fails = true;
  await listing.begin();
  expect(listing.get().is).toBe('failed');
  state.fails = false;
  await listing.begin();
  expect(listing.get()).toMatchObject({ is: 'open', total: 3 });
});

test('a later look that fails leaves what is there', async () => {
  const { state, listing } = studio(300);
  await listing.begin();
  state.fails = true;
  await listing.refresh();
  expect(listing.get().items).toHaveLength(300);
  expect(listing.get().is).toBe('open');
});

test('changes that come in a burst are looked at together', async () => {
  const { state, listing } = studio(3);
  await listing.begin();
  state.asked = 0;
  await Promise.all([listing.refresh(), listing.refresh(), listing.refresh(), listing.refresh()]);
  await vi.waitFor(() => expect(state.asked).toBe(2));
});

test('files that were thrown away are gone before the studio has said so', async () => {
  const { listing } = studio(5);
  await listing.begin();
  listing.drop(new Set(['5.png', '3.png', 'other.png']));
  expect(numbers(listing)).toEqual([4, 2, 1]);
  expect(listing.get()).toMatchObject({ total: 3, bytes: 30 });
});

test('a page that is all there is replaces everything', () => {
  expect(merged([file(2)], true, [file(3), file(2), file(1)]).map((item) => item.at)).toEqual([2]);
  expect(merged([], true, [file(3)])).toEqual([]);
});
