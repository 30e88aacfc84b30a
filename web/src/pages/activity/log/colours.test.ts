import { expect, test } from 'vitest';

import { contrast, Painter, readable, type Rgb } from './colours';
import { spans } from './sgr';

const DARK: Rgb = [10, 10, 10];
const LIGHT: Rgb = [250, 250, 249];
const named: Rgb[] = Array.from({ length: 16 }, (_, at) => [at * 16, 255 - at * 16, 128]);
const bytes = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

test('any colour can be read on any ground', () => {
  for (const ground of [DARK, LIGHT, [128, 128, 128], [255, 0, 0]] as Rgb[]) {
    for (let at = 0; at < 512; at += 1) {
      const ink: Rgb = [(at & 7) * 36, ((at >> 3) & 7) * 36, (at >> 6) * 36];
      expect(contrast(readable(ink, ground), ground)).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(readable([255, 120, 120], DARK)).toEqual([255, 120, 120]);
});

test('black on black, white on white and swapped colours show', () => {
  for (const ground of [DARK, LIGHT]) {
    const painter = new Painter({ ground, text: ground === DARK ? [237, 237, 235] : [23, 23, 22], named });
    for (const codes of ['38;2;10;10;10', '38;2;250;250;249', '30;40', '38;2;1;1;1;48;2;2;2;2', '7', '7;38;2;9;9;9']) {
      const [span] = spans(`\u001b[${codes}mx`);
      const drawn = painter.drawn(span!.look);
      expect(contrast(bytes(drawn.color!), drawn.backgroundColor ? bytes(drawn.backgroundColor) : ground)).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test('the named colours keep their names, so that the theme says what they are', () => {
  const painter = new Painter({ ground: DARK, text: LIGHT, named });
  expect(painter.drawn(spans('\u001b[1;31mx')[0]!.look)).toEqual({ names: 'bold red' });
  expect(painter.drawn(spans('\u001b[97mx')[0]!.look)).toEqual({ names: 'white' });
  expect(painter.drawn(spans('x')[0]!.look)).toEqual({ names: '' });
});
