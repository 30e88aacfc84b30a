import { useLocation, useNavigate } from '@tanstack/react-router';
import { Boxes, Ellipsis, HeartPulse, ScrollText, SlidersHorizontal, SquareTerminal, Users } from 'lucide-react';

import { Menu } from '../parts/Menu';
import { t } from '../words';
import { type PlaceLink, Places } from './Places';
import css from './Shell.module.css';

const ADMIN: readonly PlaceLink[] = [
  { to: '/people', word: 'nav.people', icon: Users },
  { to: '/admin/tools', word: 'nav.tools', icon: Boxes },
  { to: '/admin/settings', word: 'nav.settings', icon: SlidersHorizontal },
  { to: '/admin/audit', word: 'nav.audit', icon: ScrollText },
  { to: '/admin/system', word: 'nav.system', icon: HeartPulse },
  { to: '/admin/terminal', word: 'nav.terminal', icon: SquareTerminal },
];

/** The rail's second group, for admins. */
export function AdminPlaces() {
  return (
    <>
      <div className={css['heading']} aria-hidden="true">
        {t('nav.admin')}
      </div>
      <nav aria-label={t('nav.admin')} className={css['group']}>
        <Places places={ADMIN} />
      </nav>
    </>
  );
}

/** On a phone an admin's own places are one press away. */
export function MorePlaces() {
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <Menu
      side="top"
      align="end"
      entries={ADMIN.map(({ to, word, icon }) => ({ name: t(word), icon, onPress: () => void navigate({ to }) }))}
      trigger={
        <button type="button" className={css['nav']} {...(ADMIN.some(({ to }) => path === to) && { 'aria-current': 'page' as const })}>
          <Ellipsis aria-hidden="true" />
          <span>{t('nav.admin')}</span>
        </button>
      }
    />
  );
}
