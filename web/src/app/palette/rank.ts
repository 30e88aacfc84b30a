const MARKS = /\p{M}+/gu;

/** Letters as they are looked for: without case and accents. */
export const folded = (text: string): string => text.normalize('NFD').replace(MARKS, '').toLocaleLowerCase('en');

const WORD = /[\p{L}\p{N}]/u;

/** How far the letters of one word of what was typed stand in `text` from `from` on: more for the start of words and for neighbours. */
function scoreOf(word: string, text: string): number | null {
  const whole = text.indexOf(word);
  if (whole >= 0) {
    const starts = whole === 0 || !WORD.test(text[whole - 1] ?? '');
    return 100 + (starts ? 60 : 0) + (whole === 0 ? 20 : 0) - Math.min(whole, 20);
  }
  let score = 0;
  let at = -1;
  for (const letter of word) {
    let next = text.indexOf(letter, at + 1);
    // Letters strewn over a long name are chance: the first of them begins a word.
    while (at < 0 && next > 0 && WORD.test(text[next - 1] ?? '')) next = text.indexOf(letter, next + 1);
    if (next < 0) return null;
    if (next === at + 1) score += 6;
    if (next === 0 || !WORD.test(text[next - 1] ?? '')) score += 10;
    score -= Math.min(next - at - 1, 8);
    at = next;
  }
  return score > 0 ? score : null;
}

/** How well `text` fits what was typed; null where it does not. Every word has to fit, in any order. */
export function rank(typed: string, text: string): number | null {
  const hay = folded(text);
  let sum = 0;
  for (const word of folded(typed).split(/\s+/u).filter(Boolean)) {
    const score = scoreOf(word, hay);
    if (score === null) return null;
    sum += score;
  }
  return sum - Math.min(hay.length, 60) / 10;
}
