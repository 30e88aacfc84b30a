import type { Shape } from './layout';

/** On a phone squares from edge to edge, on anything wider rows that keep each picture's shape. */
export function shapeOf(width: number): Shape {
  const phone = window.matchMedia('(max-width: 720px)').matches;
  if (!phone) return { width, gap: 4, row: 176, heading: 30, between: 18, columns: null };
  return { width, gap: 2, row: 0, heading: 34, between: 10, columns: width < 520 ? 3 : 5 };
}
