/** A colour of a terminal: one of the 16 named ones, or a mixture. */
export type Colour = { is: 'named'; index: number } | { is: 'mixed'; red: number; green: number; blue: number };

/** How a stretch of a line looks. What hides text, or makes it blink, is left out on purpose. */
export interface Look {
  ink: Colour | null;
  ground: Colour | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  struck: boolean;
  swapped: boolean;
}

/** A stretch of a line in one look. */
export interface Span {
  text: string;
  look: Look;
}

const PLAIN: Look = { ink: null, ground: null, bold: false, dim: false, italic: false, underline: false, struck: false, swapped: false };

/** No program changes colours more often; one that does is read plainly from there on. */
const MOST_SPANS = 400;
const MOST_NUMBERS = 32;

const SGR = /\u001b\[[0-9;:]*m/;
// Strings (titles, links, clipboard) with all they carry, other sequences, and controls: the studio took them out
// before, and this page trusts nobody. Marks that turn the direction of text go too.
const OTHER =
  /\u001b\[[0-9;:]*m|\u001b\[[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[\u0020-\u002f]*[\u0030-\u007e]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** The line without colours, as it is copied, compared and searched. */
export function plain(text: string): string {
  return text.replace(OTHER, '');
}

/** The line as stretches of text, each in one look; every line begins plain. */
export function spans(text: string): Span[] {
  const found: Span[] = [];
  let look = PLAIN;
  for (const part of text.split(/(\u001b\[[0-9;:]*m)/)) {
    if (SGR.test(part)) {
      if (found.length < MOST_SPANS) look = changed(look, part.slice(2, -1));
      continue;
    }
    const shown = plain(part);
    if (shown === '') continue;
    const last = found.at(-1);
    if (last && same(last.look, look)) last.text += shown;
    else found.push({ text: shown, look });
  }
  return found;
}

function same(one: Look, other: Look): boolean {
  return one === other || (Object.keys(one) as (keyof Look)[]).every((name) => (typeof one[name] === 'object' ? JSON.stringify(one[name]) === JSON.stringify(other[name]) : one[name] === other[name]));
}

function changed(before: Look, numbers: string): Look {
  let look = before;
  const codes = numbers.split(';', MOST_NUMBERS);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? '';
    const [first = '', ...below] = code.split(':');
    const number = first === '' ? 0 : Number(first);
    if (number === 38 || number === 48) {
      const [colour, used] = below.length > 0 ? [colourOf(below), 0] : colourAfter(codes.slice(at + 1));
      at += used;
      if (colour) look = { ...look, [number === 38 ? 'ink' : 'ground']: colour };
    } else look = simple(look, number, below[0]);
  }
  return look;
}

/** The colour of `5;n` or `2;r;g;b`, and how many numbers it took. */
function colourAfter(codes: string[]): [Colour | null, number] {
  const taken = codes[0] === '5' ? 2 : codes[0] === '2' ? 4 : 0;
  return [taken === 0 ? null : colourOf(codes.slice(0, taken)), taken];
}

/** Of `5:n`, `2:r:g:b` or, with the colour space nobody names, `2::r:g:b`. */
function colourOf([kind, ...rest]: string[]): Colour | null {
  const bytes = rest.map(Number).map((value) => (Number.isInteger(value) && value >= 0 && value <= 255 ? value : null));
  if (kind === '5') return bytes.length >= 1 && bytes[0] != null && rest[0] !== '' ? ofTable(bytes[0]) : null;
  if (kind !== '2') return null;
  const [red, green, blue] = rest.length > 3 ? bytes.slice(1) : bytes;
  return red == null || green == null || blue == null ? null : { is: 'mixed', red, green, blue };
}

const STEPS = [0, 95, 135, 175, 215, 255];

/** One of the 256: 16 named, a cube of 6 × 6 × 6, 24 greys. */
function ofTable(index: number): Colour {
  if (index < 16) return { is: 'named', index };
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return { is: 'mixed', red: grey, green: grey, blue: grey };
  }
  const cube = index - 16;
  const step = (value: number) => STEPS[value] ?? 0;
  return { is: 'mixed', red: step(Math.floor(cube / 36)), green: step(Math.floor(cube / 6) % 6), blue: step(cube % 6) };
}

function simple(look: Look, code: number, below: string | undefined): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 3) return { ...look, italic: true };
  if (code === 4 || code === 21) return { ...look, underline: below !== '0' };
  if (code === 7) return { ...look, swapped: true };
  if (code === 9) return { ...look, struck: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 23) return { ...look, italic: false };
  if (code === 24) return { ...look, underline: false };
  if (code === 27) return { ...look, swapped: false };
  if (code === 29) return { ...look, struck: false };
  if (code === 39) return { ...look, ink: null };
  if (code === 49) return { ...look, ground: null };
  const tens = Math.floor(code / 10) * 10;
  const one = code % 10;
  if (one > 7) return look;
  if (tens === 30 || tens === 90) return { ...look, ink: { is: 'named', index: one + (tens === 90 ? 8 : 0) } };
  if (tens === 40 || tens === 100) return { ...look, ground: { is: 'named', index: one + (tens === 100 ? 8 : 0) } };
  return look;
}
