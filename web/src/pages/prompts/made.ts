/** The files in a prompt's outputs that are kept among the person's own: paths below their folder, each once. */
export function madeBy(outputs: unknown): string[] {
  const found = new Set<string>();
  for (const node of values(outputs)) {
    for (const list of values(node)) {
      for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
        const path = pathOf(entry);
        if (path !== null) found.add(path);
      }
    }
  }
  return [...found];
}

const values = (thing: unknown): unknown[] => (thing !== null && typeof thing === 'object' && !Array.isArray(thing) ? Object.values(thing) : []);

function pathOf(entry: unknown): string | null {
  if (entry === null || typeof entry !== 'object') return null;
  const { filename, subfolder, type } = entry as Record<string, unknown>;
  if (typeof filename !== 'string' || filename === '' || type !== 'output') return null;
  const folder = typeof subfolder === 'string' ? subfolder : '';
  return [...folder.split(/[\\/]/), filename].filter((part) => part !== '' && part !== '.').join('/');
}
