import type { KeyboardEvent } from 'react';

import { plainOf } from './plain';
import type { Stretch } from './stretch';

/** The lines that the reader chose: from one to another, in either order, by their bytes. */
export interface Chosen {
  from: number;
  to: number;
}

const ends = ({ from, to }: Chosen): [number, number] => (from <= to ? [from, to] : [to, from]);

export function isChosen(chosen: Chosen | null, offset: number): boolean {
  if (chosen === null) return false;
  const [first, last] = ends(chosen);
  return offset >= first && offset <= last;
}

/** The chosen lines that are here. */
function linesOf(stretch: Stretch, chosen: Chosen) {
  const [first, last] = ends(chosen);
  const index = stretch.indexOf(first);
  const from = index >= 0 && stretch.items[index]?.offset === first ? index : index + 1;
  return stretch.items.slice(from, stretch.indexOf(last) + 1);
}

export const manyOf = (stretch: Stretch, chosen: Chosen): number => linesOf(stretch, chosen).length;

/** The chosen lines as text. */
export const textOf = (stretch: Stretch, chosen: Chosen): string => linesOf(stretch, chosen).map(plainOf).join('\n');

/** The first of them. */
export const firstOf = (chosen: Chosen): number => ends(chosen)[0];

/**
 * What a key makes of the choice: Enter chooses the line in the middle, arrows move it, with Shift they stretch it,
 * Ctrl A takes all lines that are here, Escape lets go. `undefined`: the key means something else.
 */
export function stepped(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>, stretch: Stretch, chosen: Chosen | null, middle: () => number | undefined): Chosen | null | undefined {
  const first = stretch.items[0]?.offset;
  const last = stretch.items.at(-1)?.offset;
  if (first === undefined || last === undefined || event.altKey) return undefined;
  if (event.key === 'a' && (event.ctrlKey || event.metaKey)) return { from: first, to: last };
  if (event.ctrlKey || event.metaKey) return undefined;
  if (event.key === 'Escape') return chosen === null ? undefined : null;
  if (event.key === 'Enter' && chosen === null) {
    const offset = middle();
    return offset === undefined ? undefined : { from: offset, to: offset };
  }
  const way = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (way === 0 || chosen === null) return undefined;
  const to = stretch.items[stretch.indexOf(chosen.to) + way]?.offset ?? chosen.to;
  return event.shiftKey ? { ...chosen, to } : { from: to, to };
}
