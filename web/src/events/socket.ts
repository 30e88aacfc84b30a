import type { LogLine } from '../api/types';
import { connection } from './connection';

/** What the server says, in order of `seq`. */
export interface ServerEvent {
  seq?: number;
  topic?: string;
  type: string;
  at?: number;
  data?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface LogLines {
  log: string;
  start: number;
  next: number;
  lines: LogLine[];
}

/** Who follows a log: told of its lines, or that it may not be read. */
export interface Follower {
  tell: (lines: LogLines) => void;
  refuse: (sentence: string) => void;
}

interface Followed extends Follower {
  next: number;
}

/** The longest wait before another try. */
const LONGEST_MS = 30_000;

const TICK_MS = 5_000;

/** A tick this late, with room for pages in the background whose timers come once a minute: the machine slept. */
const SLEPT_MS = 90_000;

/** Milliseconds before try number `tries`: 0.5 s, doubled each time, spread so that tabs do not come at once. */
export function backoff(tries: number, chance: number = Math.random()): number {
  return Math.min(LONGEST_MS, 500 * 2 ** tries) * (0.75 + chance * 0.5);
}

/** The fields of an event, whether they lie under `data` or beside `type`. */
export function fieldsOf(event: ServerEvent): Record<string, unknown> {
  return event.data ?? event;
}

/** The tab's one WebSocket: it comes back by itself and picks up where it stopped. */
export class EventSocket {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticks: ReturnType<typeof setInterval> | undefined;
  /** When this page was last known to be awake. */
  #awakeAt = Date.now();
  #tries = 0;
  #seq: number | null = null;
  #lastSeen = Date.now();
  #running = false;
  #logs = new Map<string, Set<Followed>>();

  constructor(
    private readonly address: string,
    private readonly tell: (event: ServerEvent) => void,
    /** Called when the studio refuses or does not answer: the session may have ended. */
    private readonly doubt: () => void,
  ) {}

  start(): void {
    if (this.#running) return;
    this.#running = true;
    window.addEventListener('online', this.retryNow);
    window.addEventListener('offline', this.#drop);
    window.addEventListener('visibilitychange', this.#tick);
    this.#awakeAt = Date.now();
    this.#ticks = setInterval(this.#tick, TICK_MS);
    this.#open();
  }

  stop(): void {
    this.#running = false;
    window.removeEventListener('online', this.retryNow);
    window.removeEventListener('offline', this.#drop);
    window.removeEventListener('visibilitychange', this.#tick);
    clearInterval(this.#ticks);
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    this.#seq = null;
    this.#tries = 0;
    connection.set({ is: 'idle' });
  }

  /** Try at once instead of at the end of the countdown. */
  readonly retryNow = (): void => {
    if (!this.#running || this.#socket) return;
    clearTimeout(this.#timer);
    this.#open();
  };

  /** Hear what a log gains from byte `next` on. Returns how to stop. */
  follow(log: string, next: number, follower: Follower): () => void {
    const one: Followed = { next, ...follower };
    const all = this.#logs.get(log) ?? new Set();
    this.#logs.set(log, all.add(one));
    this.#send({ op: 'follow', log, start: Math.min(...[...all].map((each) => each.next)) });
    return () => {
      all.delete(one);
      if (all.size > 0) return;
      this.#logs.delete(log);
      this.#send({ op: 'unfollow', log });
    };
  }

  readonly #drop = (): void => this.#socket?.close();

  readonly #tick = (): void => {
    const slept = Date.now() - this.#awakeAt > SLEPT_MS;
    if (slept) this.#woke();
    this.#awakeAt = Date.now();
  };

  /** After a long sleep a socket may look open and be dead for minutes: a new one resumes where the old one stopped. */
  #woke(): void {
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    if (connection.get().is === 'open') this.#lastSeen = this.#awakeAt;
    this.#tries = 0;
    connection.set({ is: 'lost', lastSeen: this.#lastSeen, retryAt: Date.now(), tries: 0 });
    this.#open();
  }

  #open(): void {
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.onmessage = (message) => this.#hear(JSON.parse(String(message.data)) as ServerEvent);
    socket.onclose = () => this.#closed(socket);
  }

  #send(message: Record<string, unknown>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket || !this.#running) return;
    this.#socket = null;
    const before = connection.get();
    if (before.is === 'open') this.#lastSeen = Date.now();
    const wait = backoff(this.#tries);
    this.#tries += 1;
    connection.set({ is: 'lost', lastSeen: this.#lastSeen, retryAt: Date.now() + wait, tries: this.#tries });
    this.#timer = setTimeout(() => this.#open(), wait);
    this.doubt();
  }

  #hear(event: ServerEvent): void {
    this.#lastSeen = Date.now();
    if (event.type === 'hello') this.#greeted(event);
    else if (event.type === 'log.lines') this.#spread(fieldsOf(event) as unknown as LogLines);
    else if (event.type === 'problem') this.#refused(fieldsOf(event));
    else {
      if (typeof event.seq === 'number') this.#seq = event.seq;
      this.tell(event);
    }
  }

  #greeted(hello: ServerEvent): void {
    this.#tries = 0;
    connection.set({ is: 'open' });
    this.tell(hello);
    if (this.#seq === null) {
      this.#seq = typeof hello.seq === 'number' ? hello.seq : 0;
      // What changed between the first answers and this socket was never told.
      this.tell({ type: 'resync' });
    } else this.#send({ op: 'resume', seq: this.#seq });
    for (const [log, all] of this.#logs) this.#send({ op: 'follow', log, start: Math.min(...[...all].map((each) => each.next)) });
  }

  #refused(fields: Record<string, unknown>): void {
    for (const one of this.#logs.get(String(fields['log'])) ?? []) one.refuse(String(fields['sentence']));
  }

  #spread(lines: LogLines): void {
    for (const one of this.#logs.get(lines.log) ?? []) {
      if (lines.next <= one.next) continue;
      const fresh = lines.lines.filter((line) => line.offset >= one.next);
      one.next = lines.next;
      one.tell({ ...lines, lines: fresh });
    }
  }
}
