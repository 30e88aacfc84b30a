import { call, Problem } from '../../../api/client';
import type { FirstError, LogChunk, LogLine } from '../../../api/types';
import { events } from '../../../events';
import { Store } from '../../../events/store';
import { logPath, type LogSource } from './source';
import { MOST_LINES, Stretch } from './stretch';

/** How many lines are fetched at a time. */
const AT_ONCE = 1000;

/** A running tool says what went wrong when it goes wrong: looked for again no more often than this. */
const LOOK_MS = 3000;

/** So near the end a page hears of the rest as of what is written: a log that grows is never read to its very end. */
const CLOSE = 16 * 1024;
const WRONG = /error|exception|traceback|fatal|panic|failed|killed/i;

export interface FeedState {
  is: 'loading' | 'open' | 'failed';
  error: unknown;
  firstError: FirstError | null;
  /** Whether the lines here go on with what is written: else the log is longer than what is shown. */
  joined: boolean;
  fetching: 'earlier' | 'later' | null;
}

/** Brings the lines of one log: a stretch of them, what comes before and after it, and what is written. */
export class Feed {
  readonly state = new Store<FeedState>({ is: 'loading', error: null, firstError: null, joined: false, fetching: null });
  /** Answers that wait to be taken. */
  #answers: (() => void)[] = [];
  /** What was written since it was last taken. */
  #pending: LogLine[] = [];
  /** What lies before this byte was there when the page began to listen. */
  #fresh = 0;
  /** Whether some of it was let go. */
  #skipped = false;
  #next = 0;
  #unfollow: (() => void) | null = null;
  #looked = 0;
  #asked = 0;

  constructor(
    readonly source: LogSource,
    readonly stretch: Stretch,
    /** Called when there is something to show, as often as that is. */
    private readonly tell: () => void,
    private readonly atOnce = AT_ONCE,
  ) {}

  /** Show the end and go on with what is written; or the lines around a byte. */
  async open(around: number | null = null): Promise<void> {
    const turn = this.#leave();
    this.#set({ is: 'loading', joined: false, fetching: null });
    try {
      const part = await this.#part(around === null ? { tail: this.atOnce } : { around, limit: this.atOnce });
      this.#answer(turn, () => {
        this.stretch.replace(part);
        const joined = around === null || part.end - part.next < CLOSE;
        this.#set({ is: 'open', error: null, joined, firstError: part.first_error });
        if (joined) this.#follow(part);
      });
    } catch (error) {
      if (turn === this.#asked) this.#set({ is: 'failed', error });
    }
  }

  /** Take what arrived into the stretch: the lines there change at no other time. Says how many lines were written. */
  take(keepFirst: boolean): number {
    for (const answer of this.#answers.splice(0)) answer();
    const lines = this.#pending.splice(0);
    if (lines.length === 0) return 0;
    if (keepFirst && this.stretch.items.length + lines.length > MOST_LINES) {
      // Somebody reads further up: what is written from now on is fetched when they come down.
      this.stretch.end = Math.max(this.stretch.end, this.#next);
      this.#drop();
      this.#set({ joined: false });
    } else if (this.#skipped) this.stretch.replace({ start: lines[0]?.offset ?? 0, next: this.#next, oldest: this.stretch.oldest, end: this.#next, lines });
    else this.stretch.append(lines, this.#next);
    this.#skipped = false;
    return lines.filter((line) => line.offset >= this.#fresh).length;
  }

  earlier(): void {
    if (this.stretch.whole) return;
    void this.#more('earlier', { before: this.stretch.start, limit: this.atOnce }, (part) => {
      this.stretch.prepend(part);
      // What fell out at the end is fetched again when it is wanted.
      if (this.state.get().joined && this.stretch.next < this.#next) {
        this.#drop();
        this.#set({ joined: false });
      }
    });
  }

  later(): void {
    if (this.state.get().joined) return;
    void this.#more('later', { start: this.stretch.next, limit: this.atOnce }, (part) => {
      const before = this.stretch.next;
      this.stretch.append(part.lines, part.next);
      this.stretch.end = Math.max(this.stretch.end, part.end);
      if (part.end - part.next >= CLOSE && part.next > before) return;
      this.#set({ joined: true });
      this.#follow(part);
    });
  }

  /** Ask what went wrong, where it is not known yet. */
  async lookForError(): Promise<void> {
    this.#looked = Date.now();
    try {
      const { first_error: found } = await this.#part({ tail: 1 });
      this.#set({ firstError: found });
    } catch {
      // The lines are there all the same; it comes with the next look.
    }
  }

  close(): void {
    this.#leave();
  }

  async #more(what: 'earlier' | 'later', query: Record<string, number>, take: (part: LogChunk) => void): Promise<void> {
    if (this.state.get().fetching !== null || this.state.get().is !== 'open') return;
    const turn = this.#asked;
    this.#set({ fetching: what });
    try {
      const part = await this.#part(query);
      this.#answer(turn, () => {
        take(part);
        this.#set({ fetching: null });
      });
    } catch (error) {
      if (turn === this.#asked) this.#set({ is: 'failed', error, fetching: null });
    }
  }

  #answer(turn: number, take: () => void): void {
    if (turn !== this.#asked) return;
    this.#answers.push(() => turn === this.#asked && take());
    this.tell();
  }

  #part(query: Record<string, number>): Promise<LogChunk> {
    return call<LogChunk>('GET', logPath(this.source, '', query));
  }

  #follow({ next: from, end }: LogChunk): void {
    this.#next = from;
    this.#fresh = end;
    this.#drop();
    this.#unfollow = events.follow(this.source.key, from, {
      tell: ({ lines, next }) => {
        if (lines.length === 0) return;
        this.#next = next;
        this.#pending.push(...lines);
        // Nobody looks, as in a tab behind others: what is too much is let go.
        if (this.#pending.length > 2 * MOST_LINES) {
          this.#pending.splice(0, this.#pending.length - MOST_LINES);
          this.#skipped = true;
        }
        if (this.state.get().firstError === null && Date.now() - this.#looked > LOOK_MS && lines.some(({ text }) => WRONG.test(text))) void this.lookForError();
        this.tell();
      },
      refuse: (sentence) => this.#set({ is: 'failed', error: new Problem(403, 'log', sentence) }),
    });
  }

  #drop(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    this.#pending = [];
    this.#skipped = false;
  }

  /** What was asked for before no longer counts. */
  #leave(): number {
    this.#drop();
    this.#asked += 1;
    return this.#asked;
  }

  #set(part: Partial<FeedState>): void {
    this.state.set({ ...this.state.get(), ...part });
  }
}
