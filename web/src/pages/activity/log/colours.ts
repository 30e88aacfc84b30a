import type { Colour, Look } from './sgr';

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The page's own colours in force: what a log stands on and what the 16 named ones are there. */
export interface Paints {
  ground: Rgb;
  text: Rgb;
  named: readonly Rgb[];
}

/** What a span needs to be drawn: a name for the colours of the tokens, numbers for all others. */
export interface Drawn {
  names: string;
  color?: string;
  backgroundColor?: string;
}

const LEAST = 4.5;
const MOST_KEPT = 2000;
const HUES = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const;

function luminance([red, green, blue]: Rgb): number {
  const linear = (byte: number) => (byte <= 10 ? byte / 3294 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** How well one is read on the other, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const mixed = (one: Rgb, other: Rgb, share: number): Rgb => [0, 1, 2].map((at) => Math.round((one[at] ?? 0) * (1 - share) + (other[at] ?? 0) * share)) as unknown as Rgb;

/** The colour, brought as near to white or black as it takes to be read on the ground. Black on black is no way to hide. */
export function readable(ink: Rgb, ground: Rgb): Rgb {
  const far: Rgb = contrast([255, 255, 255], ground) > contrast([0, 0, 0], ground) ? [255, 255, 255] : [0, 0, 0];
  for (let share = 0; share < 1; share += 0.1) {
    const tried = mixed(ink, far, share);
    if (contrast(tried, ground) >= LEAST) return tried;
  }
  return far;
}

const hex = (colour: Rgb) => `#${colour.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

const nameOf = (index: number) => (index % 8 === 0 ? 'black' : index % 8 === 7 ? 'white' : (HUES[(index % 8) - 1] ?? 'white'));

/** Draws looks on one ground; remembers what it worked out. */
export class Painter {
  #kept = new Map<string, Drawn>();

  constructor(private readonly paints: Paints) {}

  drawn(look: Look): Drawn {
    const key = JSON.stringify(look);
    let found = this.#kept.get(key);
    if (found === undefined) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      found = this.#draw(look);
      this.#kept.set(key, found);
    }
    return found;
  }

  #draw(look: Look): Drawn {
    const weights = [look.bold && 'bold', look.italic && 'italic', look.underline && 'underline', look.struck && 'struck'].filter((name) => name !== false);
    if (look.ground === null && !look.swapped) {
      if (look.ink === null) return { names: [...weights, ...(look.dim ? ['black'] : [])].join(' ') };
      if (look.ink.is === 'named') return { names: [...weights, nameOf(look.ink.index)].join(' ') };
    }
    const ink = look.ink ? this.#rgb(look.ink) : this.paints.text;
    const ground = look.ground ? this.#rgb(look.ground) : this.paints.ground;
    const [above, below] = look.swapped ? [ground, ink] : [ink, ground];
    return { names: weights.join(' '), color: hex(readable(above, below)), ...((look.ground || look.swapped) && { backgroundColor: hex(below) }) };
  }

  #rgb(colour: Colour): Rgb {
    return colour.is === 'named' ? (this.paints.named[colour.index] ?? this.paints.text) : [colour.red, colour.green, colour.blue];
  }
}

/** The painter for the theme in force. */
export function painter(): Painter {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): Rgb => {
    const bytes = /^#(..)(..)(..)$/.exec(style.getPropertyValue(`--${name}`).trim());
    return bytes ? [1, 2, 3].map((at) => Number.parseInt(bytes[at] ?? '', 16)) as unknown as Rgb : [128, 128, 128];
  };
  const hues = HUES.map((hue) => token(`ansi-${hue}`));
  const eight = [token('text-3'), ...hues, token('text')];
  return new Painter({ ground: token('sunken'), text: token('text'), named: [...eight, ...eight] });
}
