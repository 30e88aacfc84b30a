/** No more are added at once: each is a change of the roster file. */
export const MOST = 200;

/** The names in a text that was pasted: one a line, as lists and spreadsheets give them, each once. */
export function namesIn(text: string): string[] {
  const found = new Map<string, string>();
  for (const line of text.split(/[\r\n\t;]+/u)) {
    const name = line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/u, '').replace(/^"(.*)"$/u, '$1').trim().replace(/\s+/gu, ' ');
    const key = name.normalize('NFC').toLocaleLowerCase();
    if (name !== '' && !found.has(key)) found.set(key, name);
  }
  return [...found.values()];
}

/** What is copied of many links: a line each, name and link apart as spreadsheets take them. */
export function linesOf(made: readonly { name: string; link: string }[]): string {
  return made.map(({ name, link }) => `${name}\t${link}`).join('\n');
}
