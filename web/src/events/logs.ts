import { call, Problem } from '../api/client';
import type { LogChunk, LogLine } from '../api/types';
import { events } from '.';
import { Store } from './store';

/** Where a log is: its name on the events socket and its place in the API. */
export interface LogSource {
  /** `tool:jupyter-lab`, `tool:jupyter-lab:12` or `job:3` */
  key: string;
  /** `/tools/jupyter-lab` or `/jobs/3` */
  path: string;
  /** Whose instance, for admins. */
  as?: string;
}

/** How many lines are asked for at first, and kept: what lies before them is in the download. */
export const LOADED_LINES = 5000;

export interface FirstError {
  text: string;
  at: number | null;
  offset: number | null;
}

export interface LogState {
  is: 'loading' | 'open' | 'failed';
  error: unknown;
  /** Whether the log begins before the first line here. */
  cut: boolean;
  firstError: FirstError | null;
}

export type Told = { is: 'all' | 'more'; lines: LogLine[] };

/** The address of a part of a log's API. */
export function logPath(source: LogSource, part: '' | '/download' | '/clear', query: Record<string, string | number> = {}): string {
  const words = new URLSearchParams();
  if (source.as !== undefined) words.set('as', source.as);
  for (const [name, value] of Object.entries(query)) words.set(name, String(value));
  const tail = words.size > 0 ? `?${words.toString()}` : '';
  return `${source.path}/log${part}${tail}`;
}

function firstErrorOf(found: string | LogLine | null | undefined): FirstError | null {
  if (!found) return null;
  return typeof found === 'string' ? { text: found, at: null, offset: null } : { text: found.text, at: found.at, offset: found.offset };
}

/** What is known of a log before its first answer. */
export const freshState = (): Store<LogState> => new Store<LogState>({ is: 'loading', error: null, cut: false, firstError: null });

/** A log that goes on: its last lines first, then each new one as it is written, across lost connections. */
export class LogStream {
  #unfollow: (() => void) | null = null;
  #closed = false;

  constructor(
    readonly source: LogSource,
    private readonly tell: (told: Told) => void,
    readonly state: Store<LogState> = freshState(),
    private readonly lines = LOADED_LINES,
  ) {
    void this.reload();
  }

  /** Read anew from the end, after a clear or a failed start. */
  async reload(): Promise<void> {
    this.#unfollow?.();
    this.#unfollow = null;
    try {
      const chunk = await call<LogChunk>('GET', logPath(this.source, '', { tail: this.lines }));
      if (this.#closed) return;
      this.state.set({ is: 'open', error: null, cut: chunk.lines.length >= LOADED_LINES, firstError: firstErrorOf(chunk.first_error) });
      this.tell({ is: 'all', lines: chunk.lines });
      this.#unfollow = events.follow(this.source.key, chunk.next, {
        tell: (more) => this.#more(more.lines),
        refuse: (sentence) => this.#refused(sentence),
      });
    } catch (error) {
      if (!this.#closed) this.state.set({ ...this.state.get(), is: 'failed', error });
    }
  }

  /** Ask what failed, once what wrote the log has ended. */
  async lookForError(): Promise<void> {
    try {
      const { first_error: found } = await call<LogChunk>('GET', logPath(this.source, '', { tail: 1 }));
      if (!this.#closed) this.state.set({ ...this.state.get(), firstError: firstErrorOf(found) });
    } catch {
      // The lines are there all the same; the pin comes with the next look.
    }
  }

  close(): void {
    this.#closed = true;
    this.#unfollow?.();
  }

  #more(lines: LogLine[]): void {
    if (!this.#closed && lines.length > 0) this.tell({ is: 'more', lines });
  }

  #refused(sentence: string): void {
    if (!this.#closed) this.state.set({ ...this.state.get(), is: 'failed', error: new Problem(403, 'log', sentence) });
  }
}
