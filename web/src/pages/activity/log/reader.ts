import { flushSync } from 'react-dom';

import type { LogLine } from '../../../api/types';
import { Store } from '../../../events/store';
import { cellsOf } from './cells';
import type { Feed } from './feed';
import { plainOf } from './plain';

/** The height of one row of letters, as the sheet has it. */
export const ROW = 19;

/** What stands above the first line: where the log begins, or that earlier lines come. */
export const HEAD = 34;

/** What stands below the last line, and below it while something lies over the foot of the box. */
export const FOOT = 8;
export const FOOT_COVERED = 60;

/** Lines are drawn this far beyond what is in sight, and fetched this far before it. */
const AROUND = 400;
const NEAR = 2500;

/** So many lines stay on the page for a selection that reaches out of sight. */
const MOST_HELD = 3000;

export interface Reading {
  /** The end of the log stays in sight. */
  following: boolean;
  /** Lines that came since the end went out of sight. */
  unseen: number;
}

/** Which lines are in sight: it keeps the reader's place while lines come, go and turn out higher than expected. */
export class Reader {
  readonly reading = new Store<Reading>({ following: true, unseen: 0 });
  /** Counts up when the lines on the page have to be drawn anew. */
  readonly drawn = new Store(0);
  #box: HTMLElement | null = null;
  #frame = 0;
  #y = 0;
  #view = 0;
  /** The line that keeps its place, and how far it stands above the upper edge. */
  #anchor: { offset: number; into: number } | null = null;
  /** Where to go when its lines are there. */
  #wanted: { offset: number; first: boolean } | null = null;
  /** Whether it was here when it was wanted. */
  #near = false;
  #held: number | null = null;
  #columns = 0;
  #drawing = false;
  /** The room below the last line. */
  foot = FOOT;

  constructor(private readonly feed: Feed) {}

  /** Show it in `box`. Returns how to stop. */
  mount(box: HTMLElement): () => void {
    this.#box = box;
    const resized = new ResizeObserver(() => this.#draw());
    resized.observe(box);
    return () => {
      resized.disconnect();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      this.#box = null;
    };
  }

  /** There is something to show: with the next picture, however often this is said until then. */
  readonly stir = (): void => {
    if (this.#frame === 0 && this.#box !== null) this.#frame = requestAnimationFrame(() => this.#draw());
  };

  /** The first line to draw, and the one after the last. */
  range(): readonly [first: number, end: number] {
    const { stretch } = this.feed;
    const y = (this.reading.get().following ? stretch.height + HEAD + this.foot - this.#view : this.#anchored()) - HEAD;
    let first = stretch.at(y - AROUND);
    let last = stretch.at(y + this.#view + AROUND);
    if (this.#held !== null && stretch.has(this.#held)) {
      const held = stretch.indexOf(this.#held);
      if (Math.abs(held - first) < MOST_HELD) [first, last] = [Math.min(first, held), Math.max(last, held)];
    }
    return [first, Math.min(stretch.items.length, last + 1)];
  }

  /** The page has been drawn: take the true heights, and put everything where it belongs. */
  settle(rows: HTMLElement, first: number, wrapped: boolean): void {
    const box = this.#box;
    if (box === null) return;
    this.#view = box.clientHeight;
    if (!this.#drawing) this.#adopt();
    let moved = false;
    if (wrapped) Array.from(rows.children).forEach((row, nth) => (moved = this.feed.stretch.measured(first + nth, (row as HTMLElement).offsetHeight) || moved));
    if (moved) {
      this.drawn.set(this.drawn.get() + 1);
      return;
    }
    const wanted = this.reading.get().following ? box.scrollHeight : this.#anchored();
    if (Math.abs(box.scrollTop - wanted) > 0.5) box.scrollTop = wanted;
    this.#y = box.scrollTop;
    this.#fetch();
  }

  /** How many letters fit a row; 0 where rows do not wrap. Heights follow. */
  fit(columns: number): void {
    if (columns === this.#columns) return;
    this.#columns = columns;
    this.feed.stretch.again(this.heightOf);
    this.stir();
  }

  readonly heightOf = (line: LogLine): number => (this.#columns > 0 ? ROW * Math.max(1, Math.ceil(cellsOf(plainOf(line)) / this.#columns)) : ROW);

  /** The box was scrolled, by whomever. */
  readonly scrolled = (): void => {
    if (!this.#adopt()) return;
    this.#render();
    this.#fetch();
  };

  /** Stay where the reader is, whatever comes. */
  readonly pause = (): void => {
    const box = this.#box;
    if (!this.reading.get().following || box === null || box.scrollHeight <= box.clientHeight + 4) return;
    this.#hold();
    this.reading.set({ following: false, unseen: 0 });
  };

  /** Go to the end and stay there. */
  readonly follow = (): void => {
    this.#wanted = null;
    this.#anchor = null;
    this.reading.set({ following: true, unseen: 0 });
    if (!this.feed.state.get().joined) void this.feed.open();
    else this.stir();
  };

  /** Bring a line into the middle of what is in sight, from wherever in the log it is. */
  go(offset: number): void {
    this.#wanted = { offset, first: false };
    this.#near = this.feed.stretch.has(offset);
    this.reading.set({ following: false, unseen: this.reading.get().unseen });
    if (!this.#near) void this.feed.open(offset);
    else this.stir();
  }

  /** Go to where the log begins. */
  toStart(): void {
    const { oldest } = this.feed.stretch;
    this.reading.set({ following: false, unseen: this.reading.get().unseen });
    this.#wanted = { offset: oldest, first: true };
    if (this.feed.stretch.whole) this.stir();
    else void this.feed.open(oldest);
  }

  /** Keep a line on the page while text is selected from it on. */
  keep(offset: number | null): void {
    this.#held = offset;
    if (offset !== null) this.pause();
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#adopt();
    const { following, unseen } = this.reading.get();
    const came = this.feed.take(!following);
    if (!following && came > 0) this.reading.set({ following, unseen: unseen + came });
    this.#arrive();
    this.#render();
  }

  #render(): void {
    this.#drawing = true;
    flushSync(() => this.drawn.set(this.drawn.get() + 1));
    this.#drawing = false;
  }

  /** Take over where the box was scrolled to, which may be known before it is told. Says whether it was. */
  #adopt(): boolean {
    const box = this.#box;
    if (box === null || Math.abs(box.scrollTop - this.#y) <= 0.5) return false;
    const down = box.scrollTop > this.#y;
    const bottom = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    this.#y = box.scrollTop;
    if (this.reading.get().following) {
      if (!down && !bottom) this.pause();
    } else if (down && bottom && this.feed.state.get().joined) this.follow();
    else this.#hold();
    return true;
  }

  #arrive(): void {
    const { stretch, state } = this.feed;
    const wanted = this.#wanted;
    if (wanted === null || state.get().is !== 'open' || stretch.items.length === 0) return;
    if (!stretch.has(wanted.offset) && state.get().fetching !== null) return;
    const index = Math.max(0, stretch.indexOf(wanted.offset));
    const line = stretch.items[index];
    if (line === undefined) return;
    const view = this.#box?.clientHeight ?? 0;
    const y = HEAD + stretch.top(index) - this.#y;
    this.#wanted = null;
    // What is in sight already stays where it is.
    if (!wanted.first && y >= 0 && y + ROW <= view - this.foot && this.#near) return this.#hold();
    this.#anchor = { offset: line.offset, into: wanted.first ? -HEAD : -Math.max(0, (view - ROW) / 2) };
  }

  #hold(): void {
    const { stretch } = this.feed;
    const index = stretch.at(this.#y - HEAD);
    const line = stretch.items[index];
    this.#anchor = line === undefined ? null : { offset: line.offset, into: this.#y - HEAD - stretch.top(index) };
  }

  #anchored(): number {
    const { stretch } = this.feed;
    if (this.#anchor === null) return this.#y;
    const index = stretch.indexOf(this.#anchor.offset);
    return index < 0 ? 0 : Math.max(0, Math.min(HEAD + stretch.top(index) + this.#anchor.into, HEAD + stretch.height + this.foot - this.#view));
  }

  #fetch(): void {
    if (this.#wanted !== null) return;
    const { stretch } = this.feed;
    if (this.#y < NEAR) this.feed.earlier();
    else if (this.#y + this.#view > stretch.height - NEAR) this.feed.later();
  }
}
