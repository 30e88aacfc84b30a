import type { OutputView } from '../../api/types';
import type { Day } from './days';

/** Where one file stands in its row. Pixels. */
export interface Spot {
  index: number;
  left: number;
  width: number;
}

/** A heading of a day, or a row of its files. `day` counts in the layout's days. */
export interface Row {
  day: number;
  top: number;
  height: number;
  /** Empty for a heading. */
  spots: Spot[];
}

export interface Layout {
  rows: Row[];
  /** Where each day's heading stands. */
  heads: number[];
  height: number;
  /** How many files have a place; fewer than there are once the page would be too tall for a browser. */
  placed: number;
}

export interface Shape {
  width: number;
  gap: number;
  /** The height that rows come close to. */
  row: number;
  heading: number;
  /** Space above each heading but the first. */
  between: number;
  /** Squares, so many in a row, instead of rows that keep each picture's shape. */
  columns: number | null;
}

/** Firefox draws nothing beyond about 17.9 million px, Chromium beyond 33.5. */
export const TALLEST = 15_000_000;

const NARROWEST = 0.5;
const WIDEST = 3.2;
/** A day's last row is stretched to the edge only when that makes it little taller. */
const STRETCH = 1.25;

type Sized = Pick<OutputView, 'kind' | 'width' | 'height'>;

/** Width by height, where a file tells none: 16 by 9 for a video, a square for anything else. */
export function aspectOf(item: Sized): number {
  if (item.width && item.height) return Math.min(Math.max(item.width / item.height, NARROWEST), WIDEST);
  return item.kind === 'video' ? 16 / 9 : 1;
}

/** One row of files, as wide as the page unless it is a day's short last one. */
function rowOf(aspects: readonly number[], first: number, last: boolean, shape: Shape): { height: number; spots: Spot[] } {
  const sum = aspects.reduce((total, aspect) => total + aspect, 0);
  const room = shape.width - shape.gap * (aspects.length - 1);
  const full = room / sum;
  const height = Math.round(last && full > shape.row * STRETCH ? shape.row : full);
  const unit = last && full > shape.row * STRETCH ? height : full;
  let at = 0;
  const spots = aspects.map((aspect, nth) => {
    // Rounded edges, not rounded widths: so the last picture ends exactly at the edge.
    const left = Math.round(at * unit) + nth * shape.gap;
    at += aspect;
    return { index: first + nth, left, width: Math.round(at * unit) + nth * shape.gap - left };
  });
  return { height, spots };
}

/** How far two heights are apart, as a ratio. */
const off = (height: number, wanted: number) => Math.abs(Math.log(height / wanted));

function justified(items: readonly Sized[], day: Day, shape: Shape, add: (height: number, spots: Spot[]) => void): void {
  let first = day.first;
  let aspects: number[] = [];
  let sum = 0;
  const heightOf = (total: number, many: number) => (shape.width - shape.gap * (many - 1)) / total;
  const close = (last: boolean) => {
    const { height, spots } = rowOf(aspects, first, last, shape);
    add(height, spots);
    first += aspects.length;
    aspects = [];
    sum = 0;
  };
  for (let index = day.first; index < day.end; index += 1) {
    const aspect = aspectOf(items[index] as Sized);
    const many = aspects.length;
    const withIt = heightOf(sum + aspect, many + 1);
    if (many > 0 && withIt < shape.row && off(heightOf(sum, many), shape.row) <= off(withIt, shape.row)) close(false);
    aspects.push(aspect);
    sum += aspect;
    if (heightOf(sum, aspects.length) <= shape.row) close(false);
  }
  if (aspects.length > 0) close(true);
}

function squares(day: Day, columns: number, shape: Shape, add: (height: number, spots: Spot[]) => void): void {
  const side = (shape.width - shape.gap * (columns - 1)) / columns;
  for (let first = day.first; first < day.end; first += columns) {
    const spots: Spot[] = [];
    for (let nth = 0; nth < columns && first + nth < day.end; nth += 1) {
      const left = Math.round(nth * (side + shape.gap));
      spots.push({ index: first + nth, left, width: Math.round(nth * (side + shape.gap) + side) - left });
    }
    add(Math.round(side), spots);
  }
}

/** Every heading and every row with its place. Whole days are left out at the end where the page grows too tall. */
export function layoutOf(items: readonly Sized[], days: readonly Day[], shape: Shape): Layout {
  const rows: Row[] = [];
  const heads: number[] = [];
  let top = 0;
  let placed = 0;
  for (const [nth, day] of days.entries()) {
    if (top > TALLEST) break;
    if (nth > 0) top += shape.between;
    heads.push(top);
    rows.push({ day: nth, top, height: shape.heading, spots: [] });
    top += shape.heading;
    const add = (height: number, spots: Spot[]) => {
      rows.push({ day: nth, top, height, spots });
      top += height + shape.gap;
    };
    if (shape.columns === null) justified(items, day, shape, add);
    else squares(day, shape.columns, shape, add);
    placed = day.end;
  }
  return { rows, heads, height: top, placed };
}

/** The number of the first row whose end lies below `y`. */
export function rowAt(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle] as Row;
    if (row.top + row.height <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows that reach into the stretch from `top` to `bottom`. */
export function rowsBetween(rows: readonly Row[], top: number, bottom: number): Row[] {
  const found: Row[] = [];
  for (let nth = rowAt(rows, top); nth < rows.length && (rows[nth] as Row).top < bottom; nth += 1) found.push(rows[nth] as Row);
  return found;
}

/** The number of the row that holds a file, or -1. Files stand in their order, so rows can be halved. */
export function rowOfIndex(rows: readonly Row[], index: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    // A heading stands right before the first row of its day.
    const nth = (rows[middle] as Row).spots.length === 0 ? middle + 1 : middle;
    const spots = rows[nth]?.spots;
    if (!spots || spots.length === 0) return -1;
    if ((spots[0] as Spot).index > index) high = middle - 1;
    else if ((spots.at(-1) as Spot).index < index) low = nth + 1;
    else return nth;
  }
  return -1;
}

/** The file above (`-1`) or below (`1`) another: the one whose middle is nearest. */
export function verticalFrom(rows: readonly Row[], index: number, step: 1 | -1): number {
  const from = rowOfIndex(rows, index);
  const spot = rows[from]?.spots.find((each) => each.index === index);
  if (!spot) return index;
  let nth = from + step;
  while (rows[nth]?.spots.length === 0) nth += step;
  const there = rows[nth]?.spots;
  if (!there) return index;
  const middle = spot.left + spot.width / 2;
  return there.reduce((best, each) => (Math.abs(each.left + each.width / 2 - middle) < Math.abs(best.left + best.width / 2 - middle) ? each : best)).index;
}
