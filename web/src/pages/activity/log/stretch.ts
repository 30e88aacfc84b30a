import type { LogLine } from '../../../api/types';

/** How much is held at once; what lies before and after is fetched again when it is wanted. */
export const MOST_LINES = 20_000;
export const MOST_LETTERS = 4_000_000;

/** A part of a log as the studio sends it: `next` goes on where it ends, `oldest` and `end` are the log's own. */
export interface Part {
  start: number;
  next: number;
  oldest: number;
  end: number;
  lines: LogLine[];
}

/** Lines that follow each other in a log, and how high each stands on the page. */
export class Stretch {
  items: LogLine[] = [];
  /** The log's bytes `start` to `next` are here. */
  start = 0;
  next = 0;
  oldest = 0;
  /** Where the log ended when it was last looked at. */
  end = 0;
  #letters = 0;
  /** The top of each line, and of what would follow the last; counted from anywhere. */
  #tops: number[] = [0];

  constructor(private heightOf: (line: LogLine) => number) {}

  /** Whether the log begins with the first line here. */
  get whole(): boolean {
    return this.start <= this.oldest;
  }

  get height(): number {
    return (this.#tops.at(-1) ?? 0) - (this.#tops[0] ?? 0);
  }

  /** The top of a line, or of what follows the last. */
  top(index: number): number {
    return (this.#tops[Math.min(index, this.items.length)] ?? 0) - (this.#tops[0] ?? 0);
  }

  /** The line at a height, the first or last where none is. */
  at(y: number): number {
    const wanted = y + (this.#tops[0] ?? 0);
    let low = 0;
    let high = this.items.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** The line that holds a byte of the log: the last that begins at or before it; -1 where it lies before all. */
  indexOf(offset: number): number {
    let low = -1;
    let high = this.items.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.items[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether a byte of the log is among the lines here. */
  has(offset: number): boolean {
    return offset >= this.start && offset < this.next && this.items.length > 0;
  }

  replace(part: Part): void {
    this.items = [];
    this.#letters = 0;
    this.#tops = [0];
    this.start = part.start;
    this.oldest = part.oldest;
    this.end = part.end;
    this.#push(part.lines);
    this.next = part.next;
    this.#dropFirst();
  }

  /** Add what the log gained, or what follows the lines here, and let go of the first where it is too much. */
  append(lines: LogLine[], next: number): void {
    this.#push(lines);
    this.next = Math.max(this.next, next);
    this.end = Math.max(this.end, next);
    this.#dropFirst();
  }

  /** Add the lines before, and let go of the last where it is too much. */
  prepend(part: Part): void {
    this.oldest = part.oldest;
    this.end = Math.max(this.end, part.end);
    const added = part.lines.filter((line) => line.offset < this.start);
    if (added.at(-1)?.stream === '~' && this.items.length > 0) added.pop();
    // An answer that leads no further back says that there is nothing.
    this.start = part.start < this.start ? part.start : this.oldest;
    this.items = [...added, ...this.items];
    for (const line of added) this.#letters += line.text.length;
    this.again();
    while (this.#tooMuch && this.items.length > 1) this.#pop();
  }

  /** Work out every height anew. */
  again(heightOf: (line: LogLine) => number = this.heightOf): void {
    this.heightOf = heightOf;
    this.#tops = [0];
    let top = 0;
    for (const line of this.items) this.#tops.push((top += heightOf(line)));
  }

  /** Take a line's height as it was found on the page. Says whether it differs from what was expected. */
  measured(index: number, height: number): boolean {
    const off = height - (this.top(index + 1) - this.top(index));
    if (off === 0 || index >= this.items.length) return false;
    for (let at = index + 1; at < this.#tops.length; at += 1) this.#tops[at] = (this.#tops[at] ?? 0) + off;
    return true;
  }

  get #tooMuch(): boolean {
    return this.items.length > MOST_LINES || this.#letters > MOST_LETTERS;
  }

  /** A line that was still being drawn gives way to what follows it. */
  #push(lines: LogLine[]): void {
    for (const line of lines) {
      if (this.items.at(-1)?.stream === '~') this.#pop();
      this.items.push(line);
      this.#letters += line.text.length;
      this.#tops.push((this.#tops.at(-1) ?? 0) + this.heightOf(line));
    }
  }

  #pop(): void {
    const gone = this.items.pop();
    if (gone === undefined) return;
    this.#tops.pop();
    this.#letters -= gone.text.length;
    this.next = gone.offset;
  }

  #dropFirst(): void {
    let gone = 0;
    while (this.items.length - gone > MOST_LINES || (this.#letters > MOST_LETTERS && this.items.length - gone > 1)) {
      this.#letters -= this.items[gone]?.text.length ?? 0;
      gone += 1;
    }
    if (gone === 0) return;
    this.items.splice(0, gone);
    this.#tops.splice(0, gone);
    this.start = this.items[0]?.offset ?? this.next;
  }
}
