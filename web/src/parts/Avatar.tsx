import css from './Avatar.module.css';

const TONES = 8;

/** The first letters of the first and last word, whole characters of any script. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const first = (word: string | undefined) => (word === undefined ? '' : ([...new Intl.Segmenter().segment(word)][0]?.segment ?? ''));
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toLocaleUpperCase();
}

function toneOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return sum % TONES;
}

/** A person's letters on a ground of their own. Decoration: the name always stands beside it. */
export function Avatar({ name, size = 'm' }: { name: string; size?: 'm' | 'l' }) {
  return (
    <span className={`${css['av']} ${css[size]} ${css[`a${toneOf(name)}`]}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
