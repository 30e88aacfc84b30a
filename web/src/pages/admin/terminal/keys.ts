/** Keys that a phone's keyboard lacks. */
export type ExtraKey = 'esc' | 'tab' | 'up' | 'down' | 'left' | 'right';

const ARROWS = { up: 'A', down: 'B', right: 'C', left: 'D' } as const;

/** What a key sends; programs that draw the whole screen may ask for other arrows. */
export function sequence(key: ExtraKey, applicationArrows: boolean): string {
  if (key === 'esc') return '\u001b';
  if (key === 'tab') return '\t';
  return `\u001b${applicationArrows ? 'O' : '['}${ARROWS[key]}`;
}

/** What Ctrl makes of what is typed: a letter's control character; anything longer stays as it is. */
export function withCtrl(typed: string): string {
  if (typed.length !== 1) return typed;
  const own = typed.charCodeAt(0);
  const code = own >= 0x61 && own <= 0x7a ? own - 0x20 : own;
  if (code === 0x20) return '\u0000';
  if (code === 0x3f) return '\u007f';
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : typed;
}

/** The largest message that the studio takes is twice this. */
const PIECE = 32 * 1024;

/** A long paste in pieces that the studio takes. */
export function pieces(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, nth) => bytes.subarray(nth * PIECE, (nth + 1) * PIECE));
}
