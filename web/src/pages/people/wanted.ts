import type { PersonState, Role } from '../../api/types';

/** The filter of the roster, and the person who is looked at, as they stand in the page's address. */
export interface Wanted {
  text?: string;
  state?: PersonState;
  role?: Role;
  person?: number;
}

export const STATES: readonly PersonState[] = ['here', 'away', 'invited', 'not_invited', 'disabled'];

/** Whether something narrows the list down. */
export const filtered = ({ text, state, role }: Wanted): boolean => Boolean(text ?? state ?? role);

/** The same with one part changed; what is undefined or empty leaves the address. */
export function wanting(wanted: Wanted, part: { [Key in keyof Wanted]?: Wanted[Key] | undefined }): Wanted {
  return Object.fromEntries(Object.entries({ ...wanted, ...part }).filter(([, value]) => value !== undefined && value !== '')) as Wanted;
}
