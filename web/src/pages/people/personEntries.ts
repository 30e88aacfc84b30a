import { KeyRound, Pencil, ShieldCheck, ShieldOff, Trash2, UserCheck, UserX } from 'lucide-react';

import type { Me, PersonView } from '../../api/types';
import type { MenuEntry } from '../../parts/Menu';
import { t } from '../../words';
import type { PersonActs } from './usePersonActs';
import { waits } from './words';

/** The same acts as in the person's panel, from the row. Nobody takes away their own entry. */
export function personEntries(person: PersonView, me: Me, acts: PersonActs): MenuEntry[] {
  const disabled = person.state === 'disabled';
  const admin = person.role === 'admin';
  const link: MenuEntry = { name: t(waits(person.state) ? 'people.make_link' : 'people.reset_link'), icon: KeyRound, onPress: () => acts.link(person) };
  const rename: MenuEntry = { name: t('people.rename_ask'), icon: Pencil, onPress: () => acts.rename(person) };
  if (person.id === me.id) return [link, rename];
  return [
    ...(disabled ? [] : [link]),
    rename,
    { name: t(admin ? 'people.make_artist' : 'people.make_admin'), icon: admin ? ShieldOff : ShieldCheck, onPress: () => acts.promote(person, !admin) },
    { name: t(disabled ? 'people.enable' : 'people.disable'), icon: disabled ? UserCheck : UserX, onPress: () => acts.disable(person, !disabled) },
    'line',
    { name: t('people.remove_ask'), icon: Trash2, risky: true, onPress: () => acts.remove(person) },
  ];
}
