import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useMatches, useNavigate, useRouterState } from '@tanstack/react-router';
import { Activity, Bell, CircleHelp, House, Images, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef } from 'react';

import { session } from '../api/queries';
import { leaving } from '../api/session';
import type { Me } from '../api/types';
import { events } from '../events';
import { useStore } from '../events/store';
import { docked } from '../pages/activity/dock';
import { DockedLog } from '../pages/activity/DockedLog';
import { Brand, BrandMark } from '../parts/Brand';
import { Caps } from '../parts/Caps';
import { loadDialog } from '../parts/Dialog';
import { IconButton } from '../parts/IconButton';
import { loadMenu } from '../parts/Menu';
import { forgetNotices, notices } from '../parts/told';
import { loadToasts } from '../parts/Toasts';
import { inFigures, t } from '../words';
import { AccountMenu } from './AccountMenu';
import { answered, asking } from './adminMode';
import { type Keys, useKeys } from './keys';
import { Framed } from './Message';
import { OfflineStrip } from './OfflineStrip';
import { close, COMMAND_KEY, over } from './over';
import { type PlaceLink, Places } from './Places';
import css from './Shell.module.css';

const loadPalette = () => import('./palette/Palette');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const KeyList = lazy(async () => ({ default: (await import('./KeyList')).KeyList }));
const Help = lazy(async () => ({ default: (await import('./Help')).Help }));
const Notices = lazy(async () => ({ default: (await import('./Notices')).Notices }));
const AdminPlaces = lazy(async () => ({ default: (await import('./AdminPlaces')).AdminPlaces }));
const MorePlaces = lazy(async () => ({ default: (await import('./AdminPlaces')).MorePlaces }));
const AdminStrip = lazy(async () => ({ default: (await import('./AdminStrip')).AdminStrip }));
const AdminDialog = lazy(async () => ({ default: (await import('./AdminDialog')).AdminDialog }));


const STUDIO: readonly PlaceLink[] = [
  { to: '/', word: 'nav.home', icon: House },
  { to: '/outputs', word: 'nav.outputs', short: 'nav.outputs_short', icon: Images, also: '/prompts' },
  { to: '/activity', word: 'nav.activity', icon: Activity },
];
/** The frame around every page behind the sign-in. */
export function Shell() {
  const { data: me } = useQuery(session);
  const navigate = useNavigate();
  const admin = me?.role === 'admin';

  useEffect(() => {
    events.start();
    return () => events.stop();
  }, []);

  useEffect(() => whenIdle(() => void Promise.all([loadMenu(), loadDialog(), loadToasts(), loadPalette()])), []);

  // The session ended elsewhere: signed out in another tab, disabled, or a new password.
  useEffect(() => {
    if (me !== null) return;
    docked.set(null);
    close();
    answered(false);
    forgetNotices();
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
    'see.help': () => over.set('help'),
    'see.notices': () => over.set('notices'),
    ...goings(navigate, admin),
  });
  useFind();

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
          <button type="button" className={css['find']} aria-keyshortcuts="Control+K Meta+K" onClick={() => over.set('palette')}>
            <Search aria-hidden="true" />
            <span>{t('nav.find')}</span>
            <span aria-hidden="true">
              <Caps caps={[`${COMMAND_KEY ? '⌘' : t('nav.ctrl')} K`]} />
            </span>
          </button>
          <nav aria-label={t('nav.studio')} className={css['group']}>
            <Places places={STUDIO} />
          </nav>
          {admin && (
            <Suspense>
              <AdminPlaces />
            </Suspense>
          )}
          <div className={css['foot']}>
            <button type="button" className={css['nav']} onClick={() => over.set('help')}>
              <CircleHelp aria-hidden="true" />
              <span>{t('nav.help')}</span>
            </button>
            <NoticesButton className={css['nav']} />
            <AccountMenu me={me} look="row" />
          </div>
        </aside>
        <div className={css['side']}>
          <TopBar me={me} />
          <OfflineStrip />
          {admin && me.scope === 'admin' && me.admin_until !== null && (
            <Suspense>
              <AdminStrip until={me.admin_until} />
            </Suspense>
          )}
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
        {admin && (
          <Suspense>
            <MorePlaces />
          </Suspense>
        )}
      </nav>
      <Over me={me} admin={admin} />
    </>
  );
}

/** What is shown over or beside the page, fetched when it is asked for. */
function Over({ me, admin }: { me: Me; admin: boolean }) {
  const shown = useStore(over);
  const asks = useStore(asking);
  return (
    <Suspense>
      {shown === 'palette' && <Palette me={me} />}
      {shown === 'keys' && <KeyList admin={admin} />}
      {shown === 'help' && <Help admin={admin} />}
      {shown === 'notices' && <Notices />}
      {asks && admin && <AdminDialog me={me} />}
    </Suspense>
  );
}

/** How many notices nobody has looked at, and the way to them. */
function NoticesButton({ className }: { className: string | undefined }) {
  const { unread } = useStore(notices);
  return (
    <button type="button" className={className} onClick={() => over.set('notices')}>
      <Bell aria-hidden="true" />
      <span>{t('nav.notices')}</span>
      {unread > 0 && (
        <i className={css['unread']}>
          <span aria-hidden="true">{inFigures(unread)}</span>
          <span className="vh">{t('nav.unread', { count: unread })}</span>
        </i>
      )}
    </button>
  );
}

/** Ctrl K or Command K, everywhere but in a terminal, where it belongs to the shell. */
function useFind(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || event.ctrlKey === event.metaKey || event.shiftKey || event.altKey) return;
      if (event.ctrlKey && event.target instanceof Element && event.target.closest('.xterm')) return;
      event.preventDefault();
      over.set(over.get() === 'palette' ? null : 'palette');
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

const GOINGS = [
  ['go.home', '/'],
  ['go.outputs', '/outputs'],
  ['go.prompts', '/prompts'],
  ['go.activity', '/activity'],
  ['go.account', '/account'],
] as const;

const ADMIN_GOINGS = [
  ['go.people', '/people'],
  ['go.tools', '/admin/tools'],
  ['go.settings', '/admin/settings'],
  ['go.audit', '/admin/audit'],
  ['go.system', '/admin/system'],
  ['go.terminal', '/admin/terminal'],
] as const;

const goings = (navigate: ReturnType<typeof useNavigate>, admin: boolean): Keys => Object.fromEntries([...GOINGS, ...(admin ? ADMIN_GOINGS : [])].map(([name, to]) => [name, () => void navigate({ to })]));

/** Menus, dialogs and toasts come after the first page is there, and before the studio could be out of reach. */
function whenIdle(act: () => void): () => void {
  const timer = setTimeout(act, 1200);
  return () => clearTimeout(timer);
}

function TopBar({ me }: { me: Me }) {
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title });
  return (
    <header className={css['top']}>
      <Link to="/" className={css['home']} aria-label={t('nav.brand')}>
        <BrandMark />
      </Link>
      <b aria-hidden="true">{title && t(title)}</b>
      <span className={css['end']}>
        <IconButton label={t('nav.find')} onClick={() => over.set('palette')}>
          <Search />
        </IconButton>
        <NoticesButton className={css['bell']} />
        <AccountMenu me={me} look="avatar" />
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
