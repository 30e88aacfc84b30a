import type { ITheme } from '@xterm/xterm';

/** The terminal's colours, from the tokens in force. */
export function palette(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const bright = (name: string) => token(`ansi-${name}`);
  return {
    background: token('sunken'),
    foreground: token('text'),
    cursor: token('sunken'),
    cursorAccent: token('sunken'),
    selectionBackground: token('accent-line'),
    black: token('text-3'),
    brightBlack: token('text-3'),
    white: token('text'),
    brightWhite: token('text'),
    red: bright('red'),
    brightRed: bright('red'),
    green: bright('green'),
    brightGreen: bright('green'),
    yellow: bright('yellow'),
    brightYellow: bright('yellow'),
    blue: bright('blue'),
    brightBlue: bright('blue'),
    magenta: bright('magenta'),
    brightMagenta: bright('magenta'),
    cyan: bright('cyan'),
    brightCyan: bright('cyan'),
    scrollbarSliderBackground: token('line-strong'),
    scrollbarSliderHoverBackground: token('control'),
    scrollbarSliderActiveBackground: token('control'),
  };
}

/** Grounds of what is marked in a log. */
export function marks(): { hit: string; current: string } {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { hit: token('accent-line'), current: token('accent-press') };
}
