import { expect, test } from 'vitest';

import { plain, type Span, spans } from './sgr';

const E = '\u001b';
const texts = (found: Span[]) => found.map((span) => span.text);
const one = (text: string) => {
  const [span] = spans(text);
  if (span === undefined) throw new Error('no span');
  return span.look;
};

test('colours and weights come as stretches of text', () => {
  const found = spans(`${E}[1;31merror${E}[0m plain ${E}[92mok`);
  expect(texts(found)).toEqual(['error', ' plain ', 'ok']);
  expect(found[0]?.look).toMatchObject({ ink: { is: 'named', index: 1 }, bold: true });
  expect(found[1]?.look).toMatchObject({ ink: null, bold: false });
  expect(found[2]?.look).toMatchObject({ ink: { is: 'named', index: 10 } });
});

test('256 colours and mixtures, with semicolons and with colons', () => {
  expect(one(`${E}[38;5;196mx`).ink).toEqual({ is: 'mixed', red: 255, green: 0, blue: 0 });
  expect(one(`${E}[38;5;9mx`).ink).toEqual({ is: 'named', index: 9 });
  expect(one(`${E}[48;5;232mx`).ground).toEqual({ is: 'mixed', red: 8, green: 8, blue: 8 });
  expect(one(`${E}[38;2;1;2;3;1mx`)).toMatchObject({ ink: { is: 'mixed', red: 1, green: 2, blue: 3 }, bold: true });
  expect(one(`${E}[38:2::1:2:3mx`).ink).toEqual({ is: 'mixed', red: 1, green: 2, blue: 3 });
  expect(one(`${E}[4:0mx`).underline).toBe(false);
  expect(one(`${E}[4:3mx`).underline).toBe(true);
});

test('a colour that makes no sense changes nothing, and what stands after it still counts', () => {
  for (const codes of ['38', '38;5', '38;2;1;2', '38;5;256', '38;2;-1;2;3', '38;2;9999999999999;2;3', '38:5:', '38;9;1', '5', '8', '999']) {
    expect(one(`${E}[${codes}mx`)).toMatchObject({ ink: null, ground: null });
  }
  expect(one(`${E}[38;5;999;1mx`).bold).toBe(true);
  expect(one(`${E}[;31mx`).ink).toEqual({ is: 'named', index: 1 });
});

test('nothing hides text: concealed letters show', () => {
  expect(texts(spans(`a${E}[8mhidden${E}[28mb`))).toEqual(['ahiddenb']);
});

test('links, titles, the clipboard, cursor moves, 8-bit controls and turned text leave only their plain words', () => {
  expect(plain(`a${E}[2Jb${E}[10;10Hc`)).toBe('abc');
  expect(plain(`a${E}]0;title\u0007b${E}]52;c;aGk=\u0007c`)).toBe('abc');
  expect(plain(`${E}]8;;https://evil${E}\\link${E}]8;;${E}\\`)).toBe('link');
  expect(plain(`a${E}P1$q${E}\\b\u0000\u0008\rc`)).toBe('abc');
  expect(plain('a\u009d52;c;aGk=\u009cb\u0085c')).toBe('abc');
  expect(plain('ab\u202egnp.exe\u2066x')).toBe('abgnp.exex');
  expect(plain(`${E}`)).toBe('');
  expect(plain(`text${E}[`)).toBe('text');
  expect(plain(`${E}]0;no end`)).toBe('');
});

test('whatever arrives, the spans say what the plain line says, quickly and without a control', () => {
  const pieces = [E, '[', ']', '8;;', ';', ':', 'm', '38', '2', '\u009b', '\u0007', '\\', 'x', '日', '\t', '\u202e', '31', 'P', '\r', '🎨', '<b>'];
  let seed = 7;
  const chance = (most: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % most;
  for (let round = 0; round < 3000; round += 1) {
    const text = Array.from({ length: chance(60) }, () => pieces[chance(pieces.length)]).join('');
    const joined = texts(spans(text)).join('');
    expect(joined).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  }
});

test('an endless escape and a line of nothing but colours take no time and no room', () => {
  expect(spans(`${E}]8;;${'x'.repeat(200_000)}`)).toEqual([]);
  expect(spans(`${E}[${'1;'.repeat(100_000)}mx`).length).toBe(1);
  expect(spans(Array.from({ length: 20_000 }, (_, nth) => `${E}[${30 + (nth % 8)}mx`).join('')).length).toBeLessThanOrEqual(401);
});
