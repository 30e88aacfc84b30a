import type { IDisposable, Terminal } from '@xterm/xterm';

const QUIET_MS = 250;
const LONGEST_MS = 3000;

/** Whether what is drawn was drawn before: then what programs once asked the terminal must not be answered again,
 * since the answer would be typed into whatever runs now. */
export class Replay {
  #on = false;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #longest: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers: IDisposable[];

  constructor({ parser }: Terminal) {
    const swallow = () => this.#on;
    const swallowAsked = (data: string) => this.#on && data.includes('?');
    this.#handlers = [
      ...[{ final: 'c' }, { prefix: '>', final: 'c' }, { prefix: '=', final: 'c' }, { final: 'n' }, { prefix: '?', final: 'n' }, { intermediates: '$', final: 'p' }, { prefix: '?', intermediates: '$', final: 'p' }, { final: 't' }, { prefix: '>', final: 'q' }].map((id) => parser.registerCsiHandler(id, swallow)),
      parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow),
      ...[4, 10, 11, 12].map((code) => parser.registerOscHandler(code, swallowAsked)),
    ];
  }

  /** The page has just joined. */
  begin(): void {
    this.#on = true;
    clearTimeout(this.#longest);
    this.#longest = setTimeout(this.#end, LONGEST_MS);
    this.goesOn();
  }

  /** Something was drawn: it is over once nothing comes for a moment. */
  goesOn(): void {
    if (!this.#on) return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(this.#end, QUIET_MS);
  }

  readonly #end = (): void => {
    this.#on = false;
    clearTimeout(this.#quiet);
    clearTimeout(this.#longest);
  };

  dispose(): void {
    this.#end();
    for (const handler of this.#handlers) handler.dispose();
  }
}
