import '@xterm/xterm/css/xterm.css';

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { type IDecoration, type IMarker, Terminal } from '@xterm/xterm';

import type { LogLine } from '../../api/types';
import type { FirstError } from '../../events/logs';
import { clockSeconds } from '../../parts/time';
import { coloured, plain } from './clean';
import { marks, palette } from './palette';
import { styleSpansByModel, withoutStyleElements } from './styles';

/** Rows kept; what goes out at the top is in the download. */
const SCROLLBACK = 20_000;
const CLEAR_ROW = '\r\u001b[2K';
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const RESET = '\u001b[0m';

styleSpansByModel();

export interface ScreenState {
  /** Whether new lines are shown as they come. */
  following: boolean;
  /** Lines that came since the reader scrolled up. */
  unseen: number;
  lines: number;
  /** Search: which hit of how many, from 0; -1 for none. */
  hit: number;
  hits: number;
}

/** The terminal of a log: writes lines, keeps the reader's place, and numbers the times beside them. */
export class Screen {
  readonly #term: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #resized: ResizeObserver;
  #lines: LogLine[] = [];
  #firstError: FirstError | null = null;
  #marker: IMarker | undefined;
  #decoration: IDecoration | undefined;
  #state: ScreenState = { following: true, unseen: 0, lines: 0, hit: -1, hits: 0 };

  constructor(
    host: HTMLElement,
    private readonly gutter: HTMLElement,
    options: { spoken: boolean; label: string },
    private readonly tell: (state: ScreenState) => void,
  ) {
    this.#term = new Terminal({
      allowProposedApi: true,
      convertEol: false,
      disableStdin: true,
      cursorInactiveStyle: 'none',
      cursorStyle: 'bar',
      cursorBlink: false,
      fontFamily: '"JetBrains Mono", ui-monospace, Menlo, Consolas, monospace',
      fontSize: 12,
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK,
      screenReaderMode: options.spoken,
      theme: palette(),
    });
    this.#term.loadAddon(this.#fit);
    this.#term.loadAddon(this.#search);
    withoutStyleElements(() => this.#term.open(host));
    this.#term.textarea?.setAttribute('aria-label', options.label);
    this.#fit.fit();
    this.#resized = new ResizeObserver(() => this.#refit());
    this.#resized.observe(host);
    this.#term.onScroll(() => this.#moved());
    this.#term.onRender(() => this.#paintGutter());
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => this.#set({ hit: resultIndex, hits: resultCount }));
    // Tab leaves the terminal: nothing is typed here.
    this.#term.attachCustomKeyEventHandler((event) => event.key.startsWith('Page') || event.key.startsWith('Arrow') || (event.ctrlKey && event.key === 'c'));
  }

  dispose(): void {
    this.#resized.disconnect();
    this.#term.dispose();
    this.gutter.replaceChildren();
  }

  /** Show these lines and none from before. */
  replace(lines: LogLine[]): void {
    this.#term.reset();
    this.#marker = undefined;
    this.#decoration = undefined;
    this.#lines = [];
    this.#set({ following: true, unseen: 0, lines: 0 });
    this.append(lines);
  }

  /** Add lines at the end; a line that is replaced by what follows it takes one row. */
  append(lines: LogLine[]): void {
    let out = '';
    let added = 0;
    for (const line of lines) {
      const before = this.#lines.at(-1);
      const over = before?.stream === '~';
      const lead = before === undefined ? '' : over ? CLEAR_ROW : '\r\n';
      if (over) this.#lines.pop();
      else added += 1;
      this.#lines.push(line);
      const text = coloured(line.text);
      if (line.stream === '~') out += `${lead}${NO_WRAP}${text}${RESET}${WRAP}`;
      else if (line.stream === 'k') out += `${lead}\u001b[34;1m${text}${RESET}`;
      else out += `${lead}${text}${RESET}`;
      if (this.#isFirstError(line)) {
        this.#write(out, () => this.#markError());
        out = '';
      }
    }
    if (this.#lines.length > SCROLLBACK) this.#lines = this.#lines.slice(-SCROLLBACK);
    this.#write(out, () => {
      this.#set({ lines: this.#lines.length, unseen: this.#state.following ? 0 : this.#state.unseen + added });
      this.#paintGutter();
    });
  }

  /** Which line is to be marked as the first error. */
  setFirstError(found: FirstError | null): void {
    const fresh = found !== null && this.#firstError === null;
    this.#firstError = found;
    if (fresh && this.#marker === undefined && this.#lines.some((line) => this.#isFirstError(line))) this.replace([...this.#lines]);
  }

  /** Whether the first error is among the lines here. */
  get hasFirstError(): boolean {
    return this.#marker !== undefined;
  }

  showFirstError(): void {
    if (this.#marker && !this.#marker.isDisposed) this.#term.scrollToLine(Math.max(0, this.#marker.line - 3));
  }

  follow(): void {
    this.#term.scrollToBottom();
    this.#moved();
  }

  find(text: string, way: 'next' | 'previous' | 'typed'): void {
    if (text === '') {
      this.#search.clearDecorations();
      this.#term.clearSelection();
      this.#set({ hit: -1, hits: 0 });
      return;
    }
    const { hit, current } = marks();
    const options = {
      incremental: way === 'typed',
      decorations: { matchBackground: hit, activeMatchBackground: current, matchOverviewRuler: hit, activeMatchColorOverviewRuler: current },
    };
    if (way === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  /** What is selected, else everything, without colours. */
  text(): { text: string; selected: boolean } {
    const selected = this.#term.getSelection();
    return selected === '' ? { text: this.#lines.map((line) => plain(line.text)).join('\n'), selected: false } : { text: selected, selected: true };
  }

  repaint(): void {
    this.#term.options.theme = palette();
    if (this.#marker && !this.#marker.isDisposed) this.#decorate();
  }

  set spoken(on: boolean) {
    this.#term.options.screenReaderMode = on;
  }

  #write(text: string, then: () => void): void {
    this.#term.write(text, then);
  }

  #set(part: Partial<ScreenState>): void {
    this.#state = { ...this.#state, ...part };
    this.tell(this.#state);
  }

  #refit(): void {
    const { following } = this.#state;
    this.#fit.fit();
    if (following) this.#term.scrollToBottom();
    if (this.#marker && !this.#marker.isDisposed) this.#decorate();
    this.#paintGutter();
  }

  #moved(): void {
    const buffer = this.#term.buffer.active;
    const following = buffer.viewportY >= buffer.baseY;
    if (following !== this.#state.following || (following && this.#state.unseen > 0)) this.#set({ following, unseen: following ? 0 : this.#state.unseen });
    this.#paintGutter();
  }

  #isFirstError(line: LogLine): boolean {
    const wanted = this.#firstError;
    if (wanted === null || this.#marker !== undefined) return false;
    return wanted.offset !== null ? line.offset === wanted.offset : plain(line.text).trim() === plain(wanted.text).trim();
  }

  #markError(): void {
    if (this.#marker !== undefined) return;
    this.#marker = this.#term.registerMarker(0);
    this.#decorate();
    this.#set({});
  }

  #decorate(): void {
    this.#decoration?.dispose();
    if (!this.#marker) return;
    this.#decoration = this.#term.registerDecoration({ marker: this.#marker, width: this.#term.cols });
    this.#decoration?.onRender((element) => element.classList.add('first-error'));
  }

  /** Put each visible line's time beside its first row: counted from the end, where line and row are known to meet. */
  #paintGutter(): void {
    const buffer = this.#term.buffer.active;
    const rows = this.#term.rows;
    const top = buffer.viewportY;
    const last = buffer.baseY + buffer.cursorY;
    const times: (LogLine | undefined)[] = Array.from({ length: rows });
    let index = this.#lines.length - 1;
    for (let row = last; row >= top && index >= 0; row -= 1) {
      if (buffer.getLine(row)?.isWrapped) continue;
      if (row < top + rows) times[row - top] = this.#lines[index];
      index -= 1;
    }
    this.#drawTimes(times);
  }

  #drawTimes(times: (LogLine | undefined)[]): void {
    const element = this.#term.element?.querySelector<HTMLElement>('.xterm-screen');
    const height = element ? element.clientHeight / this.#term.rows : 15;
    while (this.gutter.childElementCount > times.length) this.gutter.lastElementChild?.remove();
    while (this.gutter.childElementCount < times.length) this.gutter.append(document.createElement('span'));
    times.forEach((line, row) => {
      const span = this.gutter.children[row] as HTMLElement;
      const text = line === undefined ? '' : clockSeconds(line.at);
      if (span.textContent !== text) span.textContent = text;
      span.style.height = `${height}px`;
      span.style.lineHeight = `${height}px`;
      span.dataset['error'] = line !== undefined && this.#firstError?.offset === line.offset ? 'yes' : '';
    });
  }
}
