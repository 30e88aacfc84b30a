import type { ITheme } from '@xterm/xterm';

const COLOURS = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const;

const bright = (name: (typeof COLOURS)[number]) => `bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as const;

/** The terminal's colours, from the tokens in force. */
export function palette(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    background: token('sunken'),
    foreground: token('text'),
    cursor: token('accent-mark'),
    cursorAccent: token('sunken'),
    selectionBackground: token('accent-line'),
    black: token('line-strong'),
    brightBlack: token('text-3'),
    white: token('text-2'),
    brightWhite: token('text'),
    ...Object.fromEntries(COLOURS.flatMap((name) => [name, bright(name)].map((each) => [each, token(`ansi-${name}`)]))),
    scrollbarSliderBackground: token('line-strong'),
    scrollbarSliderHoverBackground: token('control'),
    scrollbarSliderActiveBackground: token('control'),
  };
}
