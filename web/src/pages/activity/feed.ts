import { freshState, type LogSource, LogStream, type Told } from '../../events/logs';
import type { Screen } from './screen';

/** Brings a log's lines to its terminal, and keeps them until the terminal's script is there. */
export class Feed {
  readonly state = freshState();
  #waiting: Told[] = [];
  #screen: Screen | null = null;
  #log: LogStream | null = null;
  #unwatch: (() => void) | null = null;

  constructor(private readonly source: LogSource) {}

  open(): void {
    this.#log = new LogStream(this.source, (told) => this.#take(told), this.state);
  }

  show(screen: Screen): void {
    this.#screen = screen;
    const pin = () => screen.setFirstError(this.state.get().firstError);
    this.#unwatch = this.state.watch(pin);
    pin();
    for (const told of this.#waiting.splice(0)) this.#take(told);
  }

  async reload(): Promise<void> {
    await this.#log?.reload();
  }

  async lookForError(): Promise<void> {
    await this.#log?.lookForError();
  }

  close(): void {
    this.#unwatch?.();
    this.#log?.close();
    this.#log = null;
    this.#screen = null;
    this.#waiting = [];
  }

  #take(told: Told): void {
    if (this.#screen === null) this.#waiting.push(told);
    else if (told.is === 'all') this.#screen.replace(told.lines);
    else this.#screen.append(told.lines);
  }
}
