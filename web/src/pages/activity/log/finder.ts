import { call } from '../../../api/client';
import type { LogHits, LogLine } from '../../../api/types';
import { Store } from '../../../events/store';
import type { Feed } from './feed';
import { termOf } from './pieces';
import { plainOf } from './plain';

/** How long the typing rests before the studio is asked. */
const RESTS_MS = 300;
const AT_ONCE = 200;

/** How often the studio is asked for more before a step, at most. */
const MOST_PAGES = 25;

export interface Found {
  term: RegExp | null;
  /** The lines that hold it, by their bytes, in order. */
  hits: readonly number[];
  /** The one that is looked at. */
  current: number | null;
  /** Whether the log may hold more, further up. */
  more: boolean;
  busy: boolean;
}

const NONE: Found = { term: null, hits: [], current: null, more: false, busy: false };

/** Looks for text in a log: in the lines that are here at once, in all others with the studio's help. */
export class Finder {
  readonly found = new Store<Found>(NONE);
  #text = '';
  #exact = false;
  #seen = new WeakSet<LogLine>();
  #cursor: string | null = null;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly feed: Feed,
    private readonly go: (offset: number) => void,
  ) {}

  /** Look for something else. The newest hit is shown. */
  look(text: string, exact: boolean): void {
    this.stop();
    this.#text = text;
    this.#exact = exact;
    if (text === '') return;
    this.found.set({ ...NONE, term: termOf(text, exact) });
    this.scan();
    this.#show(this.found.get().hits.at(-1));
    if (this.#elsewhere) this.#timer = setTimeout(() => void this.#ask(true), RESTS_MS);
  }

  /** Look through what came since. */
  scan(): void {
    const { term } = this.found.get();
    if (term === null) return;
    const { items } = this.feed.stretch;
    const fresh: number[] = [];
    const test = (line: LogLine): boolean => {
      if (this.#seen.has(line)) return false;
      this.#seen.add(line);
      term.lastIndex = 0;
      if (term.test(plainOf(line))) fresh.push(line.offset);
      return true;
    };
    // What is new stands at the ends.
    let last = items.length - 1;
    while (last >= 0 && test(items[last] as LogLine)) last -= 1;
    for (let first = 0; first < last && test(items[first] as LogLine); first += 1);
    this.#add(fresh);
  }

  async step(way: 'older' | 'newer'): Promise<void> {
    const { current } = this.found.get();
    if (way === 'older') {
      if (this.#next('older') === undefined && this.#cursor !== null) await this.#ask(false);
      this.#show(this.#next('older') ?? this.found.get().hits.at(-1));
      return;
    }
    // Between here and the oldest line that the studio told of there may be more.
    for (let page = 0; page < MOST_PAGES && this.#cursor !== null && current !== null && (this.#oldestAsked ?? 0) > current; page += 1) await this.#ask(false);
    this.#show(this.#next('newer') ?? this.found.get().hits[0]);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
    this.#cursor = null;
    this.#oldestAsked = null;
    this.#seen = new WeakSet();
    this.found.set(NONE);
  }

  #oldestAsked: number | null = null;

  /** Whether the log is longer than what is here. */
  get #elsewhere(): boolean {
    return !this.feed.stretch.whole || !this.feed.state.get().joined;
  }

  #next(way: 'older' | 'newer'): number | undefined {
    const { hits, current } = this.found.get();
    const here = current ?? Number.MAX_SAFE_INTEGER;
    return way === 'older' ? hits.findLast((hit) => hit < here) : hits.find((hit) => hit > here);
  }

  #show(offset: number | undefined): void {
    if (offset === undefined) return;
    this.found.set({ ...this.found.get(), current: offset });
    this.go(offset);
  }

  #add(fresh: number[], more = this.found.get().more): void {
    const before = this.found.get();
    if (fresh.length === 0 && more === before.more) return;
    const hits = fresh.length === 0 ? before.hits : [...new Set([...before.hits, ...fresh])].sort((a, b) => a - b);
    this.found.set({ ...before, hits, more });
  }

  async #ask(first: boolean): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.found.set({ ...this.found.get(), busy: true });
    const words = new URLSearchParams({ text: this.#text, log: this.feed.source.key, limit: String(AT_ONCE), ...(this.#exact && { case: 'true' }), ...(this.#cursor !== null && { before: this.#cursor }) });
    try {
      const answer = await call<LogHits>('GET', `/logs/search?${words.toString()}`, undefined, asking.signal);
      if (this.#asking !== asking) return;
      this.#cursor = answer.next;
      const offsets = answer.hits.map((hit) => hit.offset);
      this.#oldestAsked = Math.min(this.#oldestAsked ?? Number.MAX_SAFE_INTEGER, ...offsets);
      this.#add(offsets, answer.next !== null);
      if (first && this.found.get().current === null) this.#show(this.found.get().hits.at(-1));
    } catch {
      // What is here was searched all the same.
    }
    if (this.#asking === asking) this.found.set({ ...this.found.get(), busy: false });
  }
}
