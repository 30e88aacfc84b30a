import { call, Problem } from '../../../api/client';
import type { JobView } from '../../../api/types';
import { backoff } from '../../../events/socket';
import { pieces } from './keys';

/** How a page stands with its terminal. `barred`: admin mode is needed to look at it. */
export type LineState = 'joining' | 'open' | 'lost' | 'barred' | 'ended';

export interface Listener {
  /** What was kept of it comes next, from the beginning. */
  begins: () => void;
  draws: (bytes: Uint8Array) => void;
  /** So many bytes were left out, since this page is slow. */
  skips: (bytes: number) => void;
  refuses: (key: string, sentence: string) => void;
  stands: (state: LineState) => void;
}

interface Said {
  type: 'problem' | 'skipped' | 'ended';
  key?: string;
  sentence?: string;
  bytes?: number;
}

const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';

/** A page's line to one terminal: it comes back by itself until the terminal ends. */
export class Line {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #left = false;
  #state: LineState = 'joining';

  constructor(
    private readonly id: number,
    private readonly size: () => { cols: number; rows: number },
    private readonly listener: Listener,
  ) {
    window.addEventListener('online', this.join);
  }

  /** Try at once. */
  readonly join = (): void => {
    if (this.#left || this.#socket || this.#state === 'ended') return;
    clearTimeout(this.#timer);
    const { cols, rows } = this.size();
    const socket = new WebSocket(`${scheme}//${window.location.host}/api/v1/terminals/${this.id}/socket?cols=${cols}&rows=${rows}`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#tries = 0;
      this.listener.begins();
      this.#stand('open');
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === 'string') this.#hear(JSON.parse(data) as Said);
      else this.listener.draws(new Uint8Array(data));
    };
    socket.onclose = () => void this.#closed(socket);
  };

  /** Leave it; it goes on. */
  leave(): void {
    this.#left = true;
    clearTimeout(this.#timer);
    window.removeEventListener('online', this.join);
    this.#socket?.close();
    this.#socket = null;
  }

  type(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    for (const piece of pieces(bytes)) this.#socket.send(piece);
  }

  resize(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: 'resize', ...this.size() }));
  }

  #hear(said: Said): void {
    if (said.type === 'ended') this.#stand('ended');
    else if (said.type === 'skipped') this.listener.skips(said.bytes ?? 0);
    else this.listener.refuses(said.key ?? '', said.sentence ?? '');
  }

  async #closed(socket: WebSocket): Promise<void> {
    if (this.#socket !== socket || this.#left) return;
    this.#socket = null;
    if (this.#state === 'ended') return;
    const found = await this.#doubt();
    if (this.#left) return;
    this.#stand(found);
    if (found !== 'lost') return;
    this.#timer = setTimeout(this.join, backoff(this.#tries));
    this.#tries += 1;
  }

  /** A refused socket does not say why: the list of terminals does. */
  async #doubt(): Promise<LineState> {
    try {
      const { terminals } = await call<{ terminals: JobView[] }>('GET', '/terminals');
      return terminals.some((terminal) => terminal.id === this.id) ? 'lost' : 'ended';
    } catch (error) {
      return error instanceof Problem && error.status === 403 ? 'barred' : 'lost';
    }
  }

  #stand(state: LineState): void {
    this.#state = state;
    this.listener.stands(state);
  }
}
