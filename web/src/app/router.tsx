import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';

import { cache, session, studio } from '../api/queries';
import type { OutputKind, PersonState, PromptState, Role } from '../api/types';
import type { Wanted } from '../pages/activity/wanted';
import type { AuditSearch } from '../pages/admin/audit/wanted';
import type { SettingsSearch } from '../pages/admin/settings/wanted';
import type { TerminalSearch } from '../pages/admin/terminal/wanted';
import type { ToolsSearch } from '../pages/admin/tools/wanted';
import type { WordKey } from '../words';
import type { HelpPage } from './helps';
import { Broken } from './Broken';
import { Missing } from './Missing';
import { Root } from './Root';

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** The title in a phone's top bar. */
    title?: WordKey;
    /** What helps on this page. */
    help?: HelpPage;
  }
}

const root = createRootRoute({ component: Root, notFoundComponent: Missing, errorComponent: Broken });

interface SignInSearch {
  next?: string;
  ended?: boolean;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    ...(typeof search['next'] === 'string' && { next: search['next'] }),
    ...(search['ended'] ? { ended: true } : {}),
  }),
  component: lazyRouteComponent(() => import('../pages/signin/SignIn'), 'SignIn'),
});

/** Where a sign-in at another place comes back to. */
const signInReturn = createRoute({
  getParentRoute: () => root,
  path: '/signin/return',
  component: lazyRouteComponent(() => import('../pages/signin/Return'), 'Return'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../pages/setup/Setup'), 'Setup'),
});

const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('../pages/join/Join'), 'Join'),
});

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const me = await cache.ensureQueryData(session);
    if (me === null) throw redirect({ to: '/signin', search: location.href === '/' ? {} : { next: location.href } });
  },
  component: lazyRouteComponent(() => import('./Shell'), 'Shell'),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  staticData: { title: 'nav.home', help: 'home' },
  component: lazyRouteComponent(() => import('../pages/home/Home'), 'Home'),
});

const activity = createRoute({
  getParentRoute: () => inside,
  path: '/activity',
  // The page itself reads what stands there.
  validateSearch: (search: Record<string, unknown>) => search as Wanted,
  staticData: { title: 'nav.activity', help: 'activity' },
  component: lazyRouteComponent(() => import('../pages/activity/Activity'), 'Activity'),
});

/** The line a log opens at: its byte in the log. */
const atLine = ({ line }: Record<string, unknown>): { line?: number } => (typeof line === 'number' && Number.isSafeInteger(line) && line >= 0 ? { line } : {});

const toolLog = createRoute({
  getParentRoute: () => inside,
  path: '/activity/tool/$tool',
  validateSearch: atLine,
  staticData: { title: 'nav.activity', help: 'log' },
  component: lazyRouteComponent(() => import('../pages/activity/ToolLog'), 'ToolLog'),
});

const personLog = createRoute({
  getParentRoute: () => inside,
  path: '/activity/tool/$tool/$person',
  validateSearch: atLine,
  staticData: { title: 'nav.activity', help: 'log' },
  component: lazyRouteComponent(() => import('../pages/activity/ToolLog'), 'PersonLog'),
});

const jobLog = createRoute({
  getParentRoute: () => inside,
  path: '/activity/job/$job',
  validateSearch: atLine,
  staticData: { title: 'nav.activity', help: 'log' },
  component: lazyRouteComponent(() => import('../pages/activity/JobLog'), 'JobLog'),
});

const KINDS = new Set(['image', 'video', 'audio', 'other']);
const STATES = new Set(['queued', 'running', 'done', 'failed', 'cancelled']);
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The filter of one's files, and the file that is open, as they stand in the address. */
interface OutputsSearch {
  text?: string;
  kind?: OutputKind;
  from?: string;
  to?: string;
  open?: string;
}

const outputs = createRoute({
  getParentRoute: () => inside,
  path: '/outputs',
  validateSearch: ({ text, kind, from, to, open }: Record<string, unknown>): OutputsSearch => ({
    ...((typeof text === 'string' || typeof text === 'number') && { text: String(text) }),
    ...(KINDS.has(String(kind)) && { kind: kind as OutputKind }),
    ...(DAY.test(String(from)) && { from: String(from) }),
    ...(DAY.test(String(to)) && { to: String(to) }),
    ...((typeof open === 'string' || typeof open === 'number') && { open: String(open) }),
  }),
  staticData: { title: 'nav.outputs', help: 'outputs' },
  component: lazyRouteComponent(() => import('../pages/outputs/Outputs'), 'Outputs'),
});

const trash = createRoute({
  getParentRoute: () => inside,
  path: '/outputs/trash',
  staticData: { title: 'nav.outputs', help: 'trash' },
  component: lazyRouteComponent(() => import('../pages/outputs/Trash'), 'Trash'),
});

const prompts = createRoute({
  getParentRoute: () => inside,
  path: '/prompts',
  validateSearch: ({ text, state, open }: Record<string, unknown>): { text?: string; state?: PromptState; open?: string } => ({
    ...((typeof text === 'string' || typeof text === 'number') && { text: String(text) }),
    ...(STATES.has(String(state)) && { state: state as PromptState }),
    ...(typeof open === 'string' && { open }),
  }),
  staticData: { title: 'nav.prompts', help: 'prompts' },
  component: lazyRouteComponent(() => import('../pages/prompts/Prompts'), 'Prompts'),
});

const PERSON_STATES = new Set(['here', 'away', 'disabled', 'invited', 'not_invited']);

/** The filter of the roster, who is looked at, and whether somebody is being added. */
interface PeopleSearch {
  add?: true;
  text?: string;
  state?: PersonState;
  role?: Role;
  person?: number;
}

const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  // Home's first step opens the page with its dialog.
  validateSearch: ({ add, text, state, role, person }: Record<string, unknown>): PeopleSearch => ({
    ...(add ? { add: true } : {}),
    ...((typeof text === 'string' || typeof text === 'number') && { text: String(text) }),
    ...(PERSON_STATES.has(String(state)) && { state: state as PersonState }),
    ...((role === 'artist' || role === 'admin') && { role }),
    ...(Number.isSafeInteger(person) && { person: person as number }),
  }),
  staticData: { title: 'nav.people', help: 'people' },
  component: lazyRouteComponent(() => import('../pages/people/People'), 'People'),
});

const adminTools = createRoute({
  getParentRoute: () => inside,
  path: '/admin/tools',
  validateSearch: (search: Record<string, unknown>) => search as ToolsSearch,
  staticData: { title: 'nav.tools', help: 'tools' },
  component: lazyRouteComponent(() => import('../pages/admin/tools/ToolsAdmin'), 'ToolsAdmin'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/admin/settings',
  validateSearch: (search: Record<string, unknown>) => search as SettingsSearch,
  staticData: { title: 'nav.settings', help: 'settings' },
  component: lazyRouteComponent(() => import('../pages/admin/settings/SettingsPage'), 'SettingsPage'),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/admin/audit',
  validateSearch: (search: Record<string, unknown>) => search as AuditSearch,
  staticData: { title: 'nav.audit', help: 'audit' },
  component: lazyRouteComponent(() => import('../pages/admin/audit/AuditPage'), 'AuditPage'),
});

const system = createRoute({
  getParentRoute: () => inside,
  path: '/admin/system',
  staticData: { title: 'nav.system', help: 'system' },
  component: lazyRouteComponent(() => import('../pages/admin/system/SystemPage'), 'SystemPage'),
});

const terminal = createRoute({
  getParentRoute: () => inside,
  path: '/admin/terminal',
  validateSearch: (search: Record<string, unknown>) => search as TerminalSearch,
  staticData: { title: 'nav.terminal', help: 'terminal' },
  component: lazyRouteComponent(() => import('../pages/admin/terminal/TerminalPage'), 'TerminalPage'),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  staticData: { title: 'nav.account', help: 'account' },
  component: lazyRouteComponent(() => import('../pages/account/Account'), 'Account'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    signInReturn,
    setup,
    join,
    inside.addChildren([home, outputs, trash, prompts, activity, toolLog, personLog, jobLog, people, adminTools, settings, audit, system, terminal, account]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
});

// What the public pages and the first page both ask for is on its way while the scripts still load.
void cache.prefetchQuery(studio);
