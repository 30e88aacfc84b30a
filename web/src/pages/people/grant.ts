import type { GrantView } from '../../api/types';

/** What an admin says about a person and a tool; empty: as the tool itself says. */
export type Grant = '' | 'yes' | 'no';

export function grantOf({ by, may }: GrantView): Grant {
  if (by !== 'grant') return '';
  return may ? 'yes' : 'no';
}

export const asGrant = (grant: Grant): boolean | null => (grant === '' ? null : grant === 'yes');

/** Whether the change shuts somebody out who may enter now; `forAll`: the tool itself lets everybody in. */
export function loses(tool: GrantView, next: Grant, forAll: boolean): boolean {
  return tool.may && !(asGrant(next) ?? forAll);
}

export const grantPath = (person: { id: number }, tool: { id: string }): string => `/people/${person.id}/tools/${encodeURIComponent(tool.id)}`;
