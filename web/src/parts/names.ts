import { count, names } from '../words';

/** What a person is called: the first word of the name, or a long one cut. */
export function firstName(name: string): string {
  const first = name.trim().split(/\s+/u)[0] ?? name;
  const letters = [...first];
  return letters.length > 24 ? `${letters.slice(0, 23).join('')}…` : first;
}

/** Up to three names, then how many more. */
export function someNames(people: readonly string[]): string {
  if (people.length <= 3) return names(people);
  return names([...people.slice(0, 2), count('common.others', people.length - 2)]);
}
