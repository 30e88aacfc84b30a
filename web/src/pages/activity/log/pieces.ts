import type { Span } from './sgr';

export interface Piece extends Span {
  hit: boolean;
}

/** So many hits are marked in one line. */
const MOST_MARKS = 200;

/** What is looked for, as a pattern; null for nothing. */
export function termOf(text: string, exact: boolean): RegExp | null {
  return text === '' ? null : new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), exact ? 'gu' : 'giu');
}

/** A line's spans, cut where a hit begins or ends. */
export function pieces(spans: readonly Span[], term: RegExp | null): Piece[] {
  if (term === null) return spans.map((span) => ({ ...span, hit: false }));
  const text = spans.map((span) => span.text).join('');
  const edges: number[] = [];
  for (const found of text.matchAll(term)) {
    if (edges.length >= 2 * MOST_MARKS) break;
    edges.push(found.index, found.index + found[0].length);
  }
  const cut: Piece[] = [];
  let at = 0;
  let edge = 0;
  for (const span of spans) {
    const end = at + span.text.length;
    let from = at;
    while (from < end) {
      while (edge < edges.length && (edges[edge] ?? 0) <= from) edge += 1;
      const to = Math.min(end, edges[edge] ?? end);
      cut.push({ look: span.look, text: span.text.slice(from - at, to - at), hit: edge % 2 === 1 });
      from = to;
    }
    at = end;
  }
  return cut;
}
