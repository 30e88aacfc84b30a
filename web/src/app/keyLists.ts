import type { WordKey } from '../words';
import { capsOf, nameOf } from './keyNames';
import { keysOf, type Place, SHORTCUTS, type Shortcut } from './shortcuts';
import { t } from '../words';

export interface KeyRow {
  id: string;
  name: string;
  caps: string[];
}

/** Keys that cannot be changed: they mean the same in other programs. */
const FIXED: Record<Place, readonly (readonly [keys: string, word: WordKey])[]> = {
  anywhere: [
    ['Control k', 'keys.find'],
    ['Escape', 'keys.close'],
  ],
  lists: [],
  outputs: [
    ['← → ↑ ↓', 'keys.move'],
    ['Space', 'keys.choose'],
    ['Shift →', 'keys.extend'],
    ['Control a', 'keys.choose_all'],
    ['Enter', 'keys.open'],
    ['Delete', 'keys.trash'],
  ],
  logs: [
    ['Home', 'keys.log_start'],
    ['Enter', 'keys.log_choose'],
    ['↑ ↓', 'keys.log_move'],
    ['Shift ↓', 'keys.log_extend'],
    ['Control a', 'keys.log_choose_all'],
    ['Control c', 'keys.log_copy'],
  ],
};

export const PLACES: readonly Place[] = ['anywhere', 'lists', 'outputs', 'logs'];

const FOR_ADMINS = new Set<Shortcut>(['go.people', 'go.tools', 'go.settings', 'go.audit', 'go.system', 'go.terminal']);

/** The shortcuts of a place that the visitor has. */
export const shortcutsOf = (place: Place, admin: boolean): Shortcut[] => (Object.keys(SHORTCUTS) as Shortcut[]).filter((name) => SHORTCUTS[name][0] === place && (admin || !FOR_ADMINS.has(name)));

/** Every key of a place as it is now, those that cannot be changed last. */
export function keyRows(place: Place, admin: boolean): KeyRow[] {
  const bound = shortcutsOf(place, admin).map((name) => ({ id: name, name: nameOf(name), caps: capsOf(keysOf(name)) }));
  return [...bound.filter((row) => row.caps.length > 0), ...FIXED[place].map(([keys, word]) => ({ id: word, name: t(word), caps: capsOf(keys) }))];
}
