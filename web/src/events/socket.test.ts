import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { connection } from './connection';
import { backoff, EventSocket, type ServerEvent } from './socket';

/** The network's side of a WebSocket. */
class Wire {
  static OPEN = 1;
  static all: Wire[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly address: string) {
    Wire.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  say(event: ServerEvent): void {
    this.readyState = 1;
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}

const last = () => Wire.all.at(-1) as Wire;
let told: ServerEvent[] = [];
let doubts = 0;
let socket: EventSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Wire);
  vi.stubGlobal('window', { addEventListener: () => undefined, removeEventListener: () => undefined });
  Wire.all = [];
  told = [];
  doubts = 0;
  socket = new EventSocket('ws://studio/events', (event) => told.push(event), () => (doubts += 1));
  socket.start();
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

test('the first greeting asks for everything anew, because nobody told what came before it', () => {
  last().say({ type: 'hello', seq: 7 });
  expect(told.map((event) => event.type)).toEqual(['hello', 'resync']);
  expect(connection.get().is).toBe('open');
});

test('a lost socket comes back and resumes after the last event that was heard', () => {
  last().say({ type: 'hello', seq: 7 });
  last().say({ type: 'tool.changed', seq: 9, data: {} });
  last().close();
  expect(connection.get().is).toBe('lost');
  expect(doubts).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(Wire.all.length).toBe(2);
  last().say({ type: 'hello', seq: 12 });
  expect(last().sent).toContainEqual({ op: 'resume', seq: 9 });
});

const HOUR_MS = 3_600_000;

test('after an hour of sleep a new socket takes the place of one that only looks open, and resumes', () => {
  last().say({ type: 'hello', seq: 7 });
  last().say({ type: 'tool.changed', seq: 9, data: {} });
  const before = Date.now();
  vi.setSystemTime(before + HOUR_MS);
  vi.advanceTimersByTime(5000);
  expect(Wire.all.length).toBe(2);
  expect(Wire.all[0]?.readyState).toBe(3);
  expect(connection.get()).toMatchObject({ is: 'lost', lastSeen: before, tries: 0 });
  last().say({ type: 'hello', seq: 12 });
  expect(last().sent).toEqual([{ op: 'resume', seq: 9 }]);
  expect(connection.get().is).toBe('open');
  expect(doubts).toBe(0);
});

test('a sleep that outlasts the studio counts from when it was last seen', () => {
  last().say({ type: 'hello', seq: 7 });
  const before = Date.now();
  vi.setSystemTime(before + HOUR_MS);
  vi.advanceTimersByTime(5000);
  for (let tries = 0; tries < 4; tries += 1) {
    last().close();
    vi.advanceTimersByTime(10_000);
  }
  expect(connection.get()).toMatchObject({ is: 'lost', lastSeen: before });
  expect(doubts).toBe(4);
});

test('timers that come once a minute, as in a background page, are no sleep', () => {
  last().say({ type: 'hello', seq: 7 });
  for (let minute = 0; minute < 5; minute += 1) {
    vi.setSystemTime(Date.now() + 55_000);
    vi.advanceTimersByTime(5000);
  }
  expect(Wire.all.length).toBe(1);
});

test('a followed log goes on at the byte where it stopped, and no line comes twice', () => {
  const lines: number[] = [];
  socket.follow('job:3', 100, { tell: (more) => lines.push(...more.lines.map((line) => line.offset)), refuse: () => undefined });
  last().say({ type: 'hello', seq: 1 });
  expect(last().sent).toContainEqual({ op: 'follow', log: 'job:3', start: 100 });
  const line = (offset: number) => ({ offset, at: 0, stream: 'o', text: '' });
  last().say({ type: 'log.lines', data: { log: 'job:3', start: 100, next: 120, lines: [line(100), line(110)] } });
  last().close();
  vi.advanceTimersByTime(1000);
  last().say({ type: 'hello', seq: 1 });
  expect(last().sent).toContainEqual({ op: 'follow', log: 'job:3', start: 120 });
  last().say({ type: 'log.lines', data: { log: 'job:3', start: 110, next: 130, lines: [line(110), line(120)] } });
  expect(lines).toEqual([100, 110, 120]);
});

test('a log that may not be read says so to who follows it', () => {
  const refused: string[] = [];
  socket.follow('tool:comfy-ui', 0, { tell: () => undefined, refuse: (sentence) => refused.push(sentence) });
  last().say({ type: 'hello', seq: 1 });
  last().say({ type: 'problem', data: { log: 'tool:comfy-ui', key: 'tools.refused', sentence: 'Only admins.' } });
  expect(refused).toEqual(['Only admins.']);
});

test('each wait is longer than the one before, up to half a minute', () => {
  expect([0, 1, 2, 3, 10].map((tries) => backoff(tries, 0.5))).toEqual([500, 1000, 2000, 4000, 30_000]);
});
