import '@xterm/xterm/css/xterm.css';

import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';

import { copyText } from '../../../parts/copyText';
import { type ExtraKey, sequence, withCtrl } from './keys';
import { palette } from './palette';
import { Replay } from './replay';
import { styleSpansByModel, withoutStyleElements } from './styles';

const SCROLLBACK = 10_000;
const FONT = '"JetBrains Mono", ui-monospace, Menlo, Consolas, monospace';

/** The letters are measured when a screen is made: they have to be there. */
export const fontLoaded = (): Promise<unknown> => document.fonts.load(`13px ${FONT}`).catch(() => undefined);

styleSpansByModel();

export interface Typist {
  types: (bytes: Uint8Array<ArrayBuffer>) => void;
  resized: () => void;
  /** The keys that lead out of the terminal. */
  leaves: () => void;
  /** Ctrl was used up by what was typed. */
  ctrlSpent: () => void;
}

/** The drawn side of a terminal: characters in cells, what is typed, what is copied. */
export class Screen {
  readonly #term: Terminal;
  readonly #fit = new FitAddon();
  readonly #replay: Replay;
  readonly #resized: ResizeObserver;
  readonly #encoder = new TextEncoder();
  #ctrl = false;

  constructor(
    private readonly host: HTMLElement,
    options: { spoken: boolean; label: string; size: number },
    private readonly typist: Typist,
  ) {
    this.#term = new Terminal({
      allowProposedApi: true,
      cursorBlink: false,
      fontFamily: FONT,
      fontSize: options.size,
      lineHeight: 1.2,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK,
      screenReaderMode: options.spoken,
      theme: palette(),
    });
    this.#term.loadAddon(this.#fit);
    withoutStyleElements(() => this.#term.open(host));
    this.#term.textarea?.setAttribute('aria-label', options.label);
    this.#replay = new Replay(this.#term);
    this.#term.onData((typed) => this.#typed(typed));
    this.#term.onBinary((typed) => this.typist.types(Uint8Array.from(typed, (each) => each.charCodeAt(0))));
    this.#term.onResize(() => this.typist.resized());
    this.#term.attachCustomKeyEventHandler((event) => this.#key(event));
    this.#resized = new ResizeObserver(() => this.fit());
    this.#resized.observe(host);
    this.fit();
  }

  get size(): { cols: number; rows: number } {
    return { cols: this.#term.cols, rows: this.#term.rows };
  }

  dispose(): void {
    this.#resized.disconnect();
    this.#replay.dispose();
    this.#term.dispose();
  }

  /** As many characters as there is room for; none while it is hidden. */
  fit(): void {
    if (this.host.clientWidth > 0 && this.host.clientHeight > 0) this.#fit.fit();
  }

  /** What was kept comes again from the beginning. */
  anew(): void {
    this.#term.reset();
    this.#replay.begin();
  }

  draw(bytes: Uint8Array): void {
    this.#replay.goesOn();
    this.#term.write(bytes);
  }

  focus(): void {
    this.#term.focus();
  }

  paint(): void {
    this.#term.options.theme = palette();
  }

  /** Whether keys are typed. */
  set locked(locked: boolean) {
    this.#term.options.disableStdin = locked;
    this.#term.options.cursorInactiveStyle = locked ? 'none' : 'outline';
  }

  /** Whether the next letter is pressed with Ctrl. */
  set ctrl(on: boolean) {
    this.#ctrl = on;
  }

  /** Press a key that the keyboard lacks. */
  press(key: ExtraKey): void {
    this.#term.input(sequence(key, this.#term.modes.applicationCursorKeysMode), true);
  }

  #typed(typed: string): void {
    this.typist.types(this.#encoder.encode(this.#ctrl ? withCtrl(typed) : typed));
    if (!this.#ctrl) return;
    this.#ctrl = false;
    this.typist.ctrlSpent();
  }

  #key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return true;
    if (event.code === 'KeyC' && this.#term.hasSelection()) {
      event.preventDefault();
      void copyText(this.#term.getSelection()).then(() => this.focus());
      return false;
    }
    if (event.code === 'KeyL') {
      event.preventDefault();
      this.typist.leaves();
      return false;
    }
    return true;
  }
}
