/** The shortest password that the studio takes. */
export const MIN_LENGTH = 10;

const COMMON = ['password', 'passwort', 'qwerty', 'qwertz', 'asdfgh', 'letmein', 'welcome', 'iloveyou', 'admin', 'comfy', 'studio', 'dragon', 'monkey', 'abc', '123'];

function pool(text: string): number {
  let size = 0;
  if (/\p{Ll}/u.test(text)) size += 26;
  if (/\p{Lu}/u.test(text)) size += 26;
  if (/\p{Nd}/u.test(text)) size += 10;
  if (/\s/u.test(text)) size += 8;
  if (/[^\p{L}\p{Nd}\s]/u.test(text)) size += 24;
  if (/\p{Lo}/u.test(text)) size += 400;
  return Math.max(size, 1);
}

/** Words that anybody would try first count as one character. */
function withoutEasyWords(text: string, about: string): string {
  const easy = [...COMMON, ...about.toLocaleLowerCase().split(/\s+/u).filter((word) => word.length > 2)];
  return easy.reduce((rest, word) => rest.replaceAll(word, '.'), text.toLocaleLowerCase());
}

/** A character that repeats or continues the one before it adds little. */
function distinct(text: string): number {
  let steps = 0;
  let before = -1;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    steps += Math.abs(code - before) <= 1 ? 0.3 : 1;
    before = code;
  }
  return steps;
}

/** How hard a password is to guess: 0 too short, 1 weak, 2 fair, 3 good, 4 strong. */
export function strength(password: string, about = ''): 0 | 1 | 2 | 3 | 4 {
  if ([...password].length < MIN_LENGTH) return 0;
  const bits = distinct(withoutEasyWords(password, about)) * Math.log2(pool(password));
  if (bits < 42) return 1;
  if (bits < 56) return 2;
  return bits < 76 ? 3 : 4;
}
