const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** The profiles whose name holds every word that was typed, capitals and accents aside. */
export function fitting<Profile extends { name: string }>(profiles: readonly Profile[], typed: string): Profile[] {
  const words = plain(typed).split(/\s+/u).filter(Boolean);
  return profiles.filter(({ name }) => words.every((word) => plain(name).includes(word)));
}
