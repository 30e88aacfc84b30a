import { Link, useLocation } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';

import { t, type WordKey } from '../words';
import css from './Shell.module.css';

export interface PlaceLink {
  to: '/' | '/outputs' | '/activity' | '/people' | '/admin/tools' | '/admin/settings' | '/admin/audit' | '/admin/system' | '/admin/terminal';
  word: WordKey;
  /** What fits a phone's bar. */
  short?: WordKey;
  icon: LucideIcon;
  /** Another page of the same place. */
  also?: string;
}

/** Links to places, of which the one that is open is marked. */
export function Places({ places, brief = false }: { places: readonly PlaceLink[]; brief?: boolean }) {
  const path = useLocation({ select: (location) => location.pathname });
  return places.map(({ to, word, short, also, icon: Icon }) => (
    <Link key={to} to={to} className={css['nav']} activeOptions={{ exact: to === '/', includeSearch: false }} title={t(word)} {...(path === also && { 'aria-current': 'page' as const })}>
      <Icon aria-hidden="true" />
      <span>{t(brief && short ? short : word)}</span>
    </Link>
  ));
}
