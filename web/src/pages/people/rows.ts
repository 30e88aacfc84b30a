/** What a table of thousands draws: rows by number, and how many are left out before each. */
export interface Drawn {
  index: number;
  /** Rows between the one drawn before and this one. */
  gap: number;
}

/** The rows between `top` and `bottom`, pixels from the first row's top, and `held` wherever it is. */
export function drawnRows(total: number, height: number, top: number, bottom: number, held: number): { rows: Drawn[]; rest: number } {
  const first = Math.max(0, Math.min(total, Math.floor(top / height)));
  const end = Math.max(first, Math.min(total, Math.ceil(bottom / height)));
  const indices: number[] = [];
  if (held >= 0 && held < first && held < total) indices.push(held);
  for (let index = first; index < end; index += 1) indices.push(index);
  if (held >= end && held < total) indices.push(held);
  let before = -1;
  const rows = indices.map((index) => {
    const gap = index - before - 1;
    before = index;
    return { index, gap };
  });
  return { rows, rest: total - before - 1 };
}
