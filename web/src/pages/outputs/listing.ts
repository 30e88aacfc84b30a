import { call } from '../../api/client';
import { cache } from '../../api/queries';
import type { OutputKind, OutputPage, OutputView } from '../../api/types';
import { Store } from '../../events/store';

/** Which files are wanted. Moments are seconds; `to` itself is left out. */
export interface Filter {
  text: string;
  kind: OutputKind | null;
  from: number | null;
  to: number | null;
}

export interface Listed {
  is: 'loading' | 'open' | 'failed';
  /** Why the first files did not come, or with `open` the older ones. */
  error: unknown;
  items: readonly OutputView[];
  /** Where the older ones begin; null when all are here. */
  next: string | null;
  total: number;
  bytes: number;
  /** Files that came with the last refresh. */
  fresh: ReadonlySet<string>;
}

/** The first files come soon, the others in long stretches. */
const FIRST = 200;
const STRETCH = 1000;
/** So many are fetched unasked, so that the scrubber knows every month. */
const UNASKED = 20_000;
/** Changes come in bursts: one look each second sees them all. */
const PAUSE_MS = 1000;

const NONE: ReadonlySet<string> = new Set();

export type Ask = (filter: Filter, limit: number, before: string | null) => Promise<OutputPage>;

const retried = (failures: number) => failures < 2;

/** Ask through the cache, so that a session that is over is noticed. */
const ask: Ask = (filter, limit, before) => {
  const words = new URLSearchParams({ limit: String(limit) });
  if (before !== null) words.set('before', before);
  for (const [name, value] of Object.entries(filter)) if (value !== null && value !== '') words.set(name, String(value));
  const query = words.toString();
  return cache.fetchQuery({ queryKey: ['listing', 'page', query], queryFn: () => call<OutputPage>('GET', `/outputs?${query}`), staleTime: 0, gcTime: 0, retry: retried });
};

/** Old entries stay the same objects, so that nothing is drawn anew for them. */
function reused(fresh: readonly OutputView[], old: readonly OutputView[]): OutputView[] {
  const known = new Map(old.map((item) => [item.path, item]));
  return fresh.map((item) => {
    const before = known.get(item.path);
    return before?.version === item.version && before.at === item.at ? before : item;
  });
}

/** What came before the end of the first page is as it says; what lies behind stays. */
export function merged(head: readonly OutputView[], complete: boolean, old: readonly OutputView[]): OutputView[] {
  const fresh = reused(head, old);
  const last = fresh.at(-1);
  if (complete || last === undefined) return fresh;
  const there = new Set(fresh.map((item) => item.path));
  return [...fresh, ...old.filter((item) => item.at <= last.at && !there.has(item.path))];
}

/** A person's files as they come in, stretch after stretch, and kept in line with the studio. */
export class Listing extends Store<Listed> {
  #begun = false;
  #fetching: Promise<void> | null = null;
  #refreshing = false;
  #again = false;
  #missed = false;

  constructor(
    readonly filter: Filter,
    private readonly asking: Ask = ask,
    private readonly pauseMs = PAUSE_MS,
  ) {
    super({ is: 'loading', error: null, items: [], next: null, total: 0, bytes: 0, fresh: NONE });
  }

  /** Fetch what is missing, the first time or after a failure. */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    try {
      const page = await this.asking(this.filter, FIRST, null);
      this.set({ is: 'open', error: null, items: page.outputs, next: page.next, total: page.total, bytes: page.bytes, fresh: NONE });
      if (this.#missed) void this.refresh();
      while (this.get().next !== null && this.get().error === null && this.get().items.length < UNASKED) await this.more();
    } catch (error) {
      this.#begun = false;
      this.set({ ...this.get(), is: 'failed', error });
    }
  }

  /** Fetch the next stretch of older files. */
  more(): Promise<void> {
    this.#fetching ??= this.#more().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #more(): Promise<void> {
    const { next } = this.get();
    if (next === null) return;
    try {
      const page = await this.asking(this.filter, STRETCH, next);
      const now = this.get();
      const there = new Set(now.items.map((item) => item.path));
      const older = page.outputs.filter((item) => !there.has(item.path));
      this.set({ ...now, error: null, items: [...now.items, ...older], next: page.next, total: page.total, bytes: page.bytes, fresh: NONE });
    } catch (error) {
      this.set({ ...this.get(), error });
    }
  }

  /** Fetch everything; false when it did not all come. */
  async all(): Promise<boolean> {
    while (this.get().next !== null) {
      await this.more();
      if (this.get().error !== null) return false;
    }
    return this.get().is === 'open';
  }

  /** Something changed: look at the newest, and at everything when that does not explain it. */
  async refresh(): Promise<void> {
    if (this.get().is === 'failed') return this.begin();
    if (this.get().is === 'loading') {
      this.#missed = true;
      return;
    }
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    try {
      do {
        this.#again = false;
        await this.#refresh();
        await new Promise((done) => setTimeout(done, this.pauseMs));
      } while (this.#again);
    } finally {
      this.#refreshing = false;
    }
  }

  async #refresh(): Promise<void> {
    try {
      let page = await this.asking(this.filter, FIRST, null);
      const before = this.get();
      let items = merged(page.outputs, page.next === null, before.items);
      let next = page.next === null ? null : before.next;
      if (next === null && page.next !== null && items.length !== page.total) {
        // A file far down came or went: read all again, and show it at once.
        const all = [...page.outputs];
        while (page.next !== null) {
          page = await this.asking(this.filter, STRETCH, page.next);
          all.push(...page.outputs);
        }
        items = reused(all, this.get().items);
        next = null;
      }
      this.#show(items, next, page);
    } catch {
      // Offline or refused: what is here stays, and the next change or connection asks again.
    }
  }

  #show(items: OutputView[], next: string | null, page: OutputPage): void {
    const known = new Set(this.get().items.map((item) => item.path));
    const fresh = new Set(items.filter((item) => !known.has(item.path)).map((item) => item.path));
    this.set({ is: 'open', error: null, items, next, total: page.total, bytes: page.bytes, fresh });
  }

  /** Take files out at once, before the studio has said so. */
  drop(paths: ReadonlySet<string>): void {
    const now = this.get();
    const gone = now.items.filter((item) => paths.has(item.path));
    if (gone.length === 0) return;
    const size = gone.reduce((sum, item) => sum + item.size, 0);
    this.set({ ...now, items: now.items.filter((item) => !paths.has(item.path)), total: now.total - gone.length, bytes: now.bytes - size, fresh: NONE });
  }
}
