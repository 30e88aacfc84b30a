/** Which files are chosen, by path, and where a range would begin. */
export interface Selection {
  chosen: ReadonlySet<string>;
  /** The file that a range extends from. */
  anchor: string | null;
  /** What was chosen before the range at hand began. */
  base: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

export const nothing: Selection = { chosen: NOTHING, anchor: null, base: NOTHING };

type Listed = readonly { path: string }[];

/** Choose a file, or leave it out if it was chosen. Ranges begin here from now on. */
export function toggled({ chosen }: Selection, path: string): Selection {
  const next = new Set(chosen);
  if (!next.delete(path)) next.add(path);
  return { chosen: next, anchor: path, base: next };
}

/** Choose everything between the anchor and `path`; what an earlier end of this range held is let go. */
export function ranged(items: Listed, selection: Selection, path: string): Selection {
  const to = items.findIndex((item) => item.path === path);
  const from = items.findIndex((item) => item.path === selection.anchor);
  if (to < 0) return selection;
  if (from < 0) return toggled(selection, path);
  const next = new Set(selection.base);
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) next.add((items[index] as { path: string }).path);
  return { ...selection, chosen: next };
}

/** Choose a stretch such as a day; all of it is let go if all of it was chosen. */
export function toggledAll({ chosen, anchor }: Selection, stretch: Listed): Selection {
  const next = new Set(chosen);
  const all = stretch.every((item) => chosen.has(item.path));
  for (const { path } of stretch) {
    if (all) next.delete(path);
    else next.add(path);
  }
  return { chosen: next, anchor, base: next };
}

export function everything(items: Listed): Selection {
  const chosen = new Set(items.map((item) => item.path));
  return { chosen, anchor: items[0]?.path ?? null, base: chosen };
}

/** Without the files that are gone. The same object when none was chosen. */
export function kept(selection: Selection, there: (path: string) => boolean): Selection {
  const chosen = [...selection.chosen].filter(there);
  if (chosen.length === selection.chosen.size) return selection;
  const next = new Set(chosen);
  return { chosen: next, anchor: selection.anchor !== null && there(selection.anchor) ? selection.anchor : null, base: next };
}
