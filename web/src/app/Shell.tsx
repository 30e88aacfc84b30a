import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useMatches, useNavigate, useRouterState } from '@tanstack/react-router';
import { Activity, Boxes, Ellipsis, HeartPulse, House, Images, type LucideIcon, ScrollText, SlidersHorizontal, SquareTerminal, Users } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';

import { session } from '../api/queries';
import { leaving } from '../api/session';
import type { Me } from '../api/types';
import { events } from '../events';
import { docked } from '../pages/activity/dock';
import { DockedLog } from '../pages/activity/DockedLog';
import { Brand, BrandMark } from '../parts/Brand';
import { loadDialog } from '../parts/Dialog';
import { loadMenu, Menu } from '../parts/Menu';
import { loadToasts } from '../parts/Toasts';
import { t, type WordKey } from '../words';
import { AccountMenu } from './AccountMenu';
import { useKeys } from './keys';
import { Framed } from './Message';
import { OfflineStrip } from './OfflineStrip';
import css from './Shell.module.css';

const loadKeyList = () => import('./KeyList');
const KeyList = lazy(async () => ({ default: (await loadKeyList()).KeyList }));

interface Place {
  to: '/' | '/outputs' | '/activity' | '/people' | '/admin/tools' | '/admin/settings' | '/admin/audit' | '/admin/system' | '/admin/terminal';
  word: WordKey;
  /** What fits a phone's bar. */
  short?: WordKey;
  icon: LucideIcon;
  /** Another page of the same place. */
  also?: string;
}

const STUDIO: Place[] = [
  { to: '/', word: 'nav.home', icon: House },
  { to: '/outputs', word: 'nav.outputs', short: 'nav.outputs_short', icon: Images, also: '/prompts' },
  { to: '/activity', word: 'nav.activity', icon: Activity },
];
const ADMIN: Place[] = [
  { to: '/people', word: 'nav.people', icon: Users },
  { to: '/admin/tools', word: 'nav.tools', icon: Boxes },
  { to: '/admin/settings', word: 'nav.settings', icon: SlidersHorizontal },
  { to: '/admin/audit', word: 'nav.audit', icon: ScrollText },
  { to: '/admin/system', word: 'nav.system', icon: HeartPulse },
  { to: '/admin/terminal', word: 'nav.terminal', icon: SquareTerminal },
];

function Places({ places, brief = false }: { places: Place[]; brief?: boolean }) {
  const path = useLocation({ select: (location) => location.pathname });
  return places.map(({ to, word, short, also, icon: Icon }) => (
    <Link key={to} to={to} className={css['nav']} activeOptions={{ exact: to === '/', includeSearch: false }} title={t(word)} {...(path === also && { 'aria-current': 'page' as const })}>
      <Icon aria-hidden="true" />
      <span>{t(brief && short ? short : word)}</span>
    </Link>
  ));
}

/** On a phone an admin's own places are one press away. */
function MorePlaces() {
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

/** The frame around every page behind the sign-in. */
export function Shell() {
  const { data: me } = useQuery(session);
  const navigate = useNavigate();
  const [keysShown, showKeys] = useState(false);
  const admin = me?.role === 'admin';

  useEffect(() => {
    events.start();
    return () => events.stop();
  }, []);

  useEffect(() => whenIdle(() => void Promise.all([loadMenu(), loadDialog(), loadToasts(), loadKeyList()])), []);

  // The session ended elsewhere: signed out in another tab, disabled, or a new password.
  useEffect(() => {
    if (me !== null) return;
    docked.set(null);
    if (leaving.asked) {
      leaving.asked = false;
      void navigate({ to: '/signin', replace: true });
      return;
    }
    const here = window.location.pathname + window.location.search;
    void navigate({ to: '/signin', search: { ...(here !== '/' && { next: here }), ended: true }, replace: true });
  }, [me, navigate]);

  useFocusOnArrival();
  useKeys({
    '?': () => showKeys(true),
    'g h': () => void navigate({ to: '/' }),
    'g g': () => void navigate({ to: '/outputs' }),
    'g q': () => void navigate({ to: '/prompts' }),
    'g a': () => void navigate({ to: '/activity' }),
    ...(admin && { 'g p': () => void navigate({ to: '/people' }) }),
  });

  if (!me) return null;
  return (
    <>
      <a className={css['skip']} href="#main">
        {t('nav.skip')}
      </a>
      <div className={css['app']}>
        <aside className={css['rail']}>
          <Link to="/" className={css['brand']} aria-label={t('nav.brand')}>
            <Brand />
          </Link>
          <nav aria-label={t('nav.studio')} className={css['group']}>
            <Places places={STUDIO} />
          </nav>
          {admin && (
            <>
              <div className={css['heading']} aria-hidden="true">
                {t('nav.admin')}
              </div>
              <nav aria-label={t('nav.admin')} className={css['group']}>
                <Places places={ADMIN} />
              </nav>
            </>
          )}
          <div className={css['foot']}>
            <AccountMenu me={me} onKeys={() => showKeys(true)} look="row" />
          </div>
        </aside>
        <div className={css['side']}>
          <TopBar me={me} onKeys={() => showKeys(true)} />
          <OfflineStrip />
          <main className={css['main']} id="main" tabIndex={-1}>
            <div className={css['page']}>
              <Framed value>
                <Outlet />
              </Framed>
            </div>
          </main>
        </div>
      </div>
      <DockedLog />
      <nav className={css['bottom']} aria-label={t('nav.main')}>
        <Places places={STUDIO} brief />
        {admin && <MorePlaces />}
      </nav>
      {keysShown && (
        <Suspense fallback={null}>
          <KeyList open onClose={() => showKeys(false)} admin={admin} />
        </Suspense>
      )}
    </>
  );
}

/** Menus, dialogs and toasts come after the first page is there, and before the studio could be out of reach. */
function whenIdle(act: () => void): () => void {
  const timer = setTimeout(act, 1200);
  return () => clearTimeout(timer);
}

function TopBar({ me, onKeys }: { me: Me; onKeys: () => void }) {
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title });
  return (
    <header className={css['top']}>
      <Link to="/" className={css['home']} aria-label={t('nav.brand')}>
        <BrandMark />
      </Link>
      <b aria-hidden="true">{title && t(title)}</b>
      <span className={css['end']}>
        <AccountMenu me={me} onKeys={onKeys} look="avatar" />
      </span>
    </header>
  );
}

/** After a move to another page the focus is on its title, so that a screen reader reads it. */
function useFocusOnArrival(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== undefined && before.current !== path) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
}
