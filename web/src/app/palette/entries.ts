import { useNavigate } from '@tanstack/react-router';
import { Activity, Bell, Boxes, CircleHelp, HeartPulse, House, Images, Keyboard, Languages, ListVideo, type LucideIcon, LogOut, Moon, Play, ScrollText, ShieldCheck, ShieldOff, SlidersHorizontal, Square, SquareTerminal, SquareArrowOutUpRight, Trash2, UserRound, Users } from 'lucide-react';

import { sentenceOf } from '../../api/client';
import { signOut } from '../../api/session';
import type { Me, ToolView } from '../../api/types';
import { addressOf } from '../../pages/home/useTool';
import { say } from '../../parts/Toasts';
import { toolWord } from '../../parts/toolState';
import { t, type WordKey } from '../../words';
import { LANGUAGES, speak, type WantedLanguage } from '../../words/language';
import { askAdminMode, endAdminMode } from '../adminMode';
import { over } from '../over';
import { prefer, type Theme } from '../preferences';
import { rank } from './rank';

/** The kinds of things that can be found, in the order they are shown before anything is typed. */
export const GROUPS = ['tools', 'pages', 'people', 'settings', 'outputs', 'prompts', 'actions'] as const;

export type Group = (typeof GROUPS)[number];

/** Something that can be found and chosen. */
export interface Entry {
  id: string;
  group: Group;
  name: string;
  /** What else is known of it, beside the name. */
  about?: string;
  icon?: LucideIcon;
  picture?: string;
  act: () => void;
  /** It stays open: something is asked first. */
  stays?: boolean;
}

type Go = ReturnType<typeof useNavigate>;

const PAGES = [
  ['/', 'nav.home', House],
  ['/outputs', 'nav.outputs', Images],
  ['/prompts', 'nav.prompts', ListVideo],
  ['/outputs/trash', 'nav.trash', Trash2],
  ['/activity', 'nav.activity', Activity],
  ['/account', 'nav.account', UserRound],
] as const satisfies readonly (readonly [string, WordKey, LucideIcon])[];

const ADMIN_PAGES = [
  ['/people', 'nav.people', Users],
  ['/admin/tools', 'nav.tools', Boxes],
  ['/admin/settings', 'nav.settings', SlidersHorizontal],
  ['/admin/audit', 'nav.audit', ScrollText],
  ['/admin/system', 'nav.system', HeartPulse],
  ['/admin/terminal', 'nav.terminal', SquareTerminal],
] as const satisfies readonly (readonly [string, WordKey, LucideIcon])[];

export function pageEntries(me: Me, go: Go): Entry[] {
  return [...PAGES, ...(me.role === 'admin' ? ADMIN_PAGES : [])].map(([to, word, icon]) => ({ id: `page:${to}`, group: 'pages', name: t(word), icon, act: () => void go({ to }) }));
}

interface ToolActs {
  start: (tool: ToolView) => void;
  stop: (tool: ToolView) => void;
}

/** What can be done with a tool right now, the likely next step first. */
export function toolEntries(tools: readonly ToolView[], acts: ToolActs, go: Go): Entry[] {
  return tools
    .filter((tool) => tool.refusal === null)
    .flatMap((tool) => {
      const about = toolWord(tool);
      const fields = { tool: tool.name };
      const up = tool.state === 'ready' || tool.state === 'unhealthy';
      const down = ['stopped', 'crashed', 'failed'].includes(tool.state);
      const all: (Entry | false)[] = [
        up && tool.can.open && {
          id: `open:${tool.id}`,
          group: 'tools',
          name: t('tool.open', fields),
          about,
          icon: SquareArrowOutUpRight,
          act: () => {
            prefer('opened', true);
            window.location.assign(addressOf(tool));
          },
        },
        down && tool.can.start && { id: `start:${tool.id}`, group: 'tools', name: t('tool.start', fields), about, icon: Play, act: () => acts.start(tool) },
        (up || tool.state === 'starting') && tool.can.stop && { id: `stop:${tool.id}`, group: 'tools', name: t('tool.stop', fields), about, icon: Square, act: () => acts.stop(tool), stays: true },
        tool.can.log && !['not_installed', 'broken', 'installing'].includes(tool.state) && {
          id: `log:${tool.id}`,
          group: 'tools',
          name: t('palette.tool_log', fields),
          icon: ScrollText,
          act: () => void go({ to: '/activity/tool/$tool', params: { tool: tool.id } }),
        },
      ];
      return all.filter((each) => each !== false);
    });
}

const failed = (error: unknown): void => say(sentenceOf(error), 'failed');

const THEMES: readonly (readonly [Theme, WordKey])[] = [
  ['system', 'account.theme_system'],
  ['dark', 'account.theme_dark'],
  ['light', 'account.theme_light'],
];

export function actionEntries(me: Me): Entry[] {
  const mode: Entry =
    me.scope === 'admin'
      ? { id: 'admin-mode', group: 'actions', name: t('admin_mode.leave'), icon: ShieldOff, act: () => void endAdminMode().catch(failed) }
      : { id: 'admin-mode', group: 'actions', name: t('admin_mode.title'), icon: ShieldCheck, act: () => void askAdminMode() };
  const languages: readonly (readonly [WantedLanguage, string])[] = [['system', t('account.language_system')], ...Object.entries(LANGUAGES).map(([name, own]) => [name as WantedLanguage, own] as const)];
  return [
    ...(me.role === 'admin' && (me.scope !== 'admin' || me.admin_until !== null) ? [mode] : []),
    { id: 'help', group: 'actions', name: t('nav.help'), icon: CircleHelp, act: () => over.set('help'), stays: true },
    { id: 'keys', group: 'actions', name: t('keys.title'), icon: Keyboard, act: () => over.set('keys'), stays: true },
    { id: 'notices', group: 'actions', name: t('nav.notices'), icon: Bell, act: () => over.set('notices'), stays: true },
    ...THEMES.map(([theme, word]): Entry => ({ id: `theme:${theme}`, group: 'actions', name: t('palette.theme', { name: t(word) }), icon: Moon, act: () => prefer('theme', theme) })),
    ...languages.map(([language, name]): Entry => ({ id: `language:${language}`, group: 'actions', name: t('palette.language', { name }), icon: Languages, act: () => speak(language) })),
    { id: 'sign-out', group: 'actions', name: t('account.sign_out'), icon: LogOut, act: () => void signOut().catch(failed) },
  ];
}

/** A group and what of it fits, the best first. */
export type Found = readonly [Group, readonly Entry[]];

const MOST = 7;

/** What fits `typed`: groups with the best hit first; what the studio found by text fits as it is. */
export function found(typed: string, known: readonly Entry[], asked: readonly Entry[]): Found[] {
  const scored = [...known.map((entry) => [entry, rank(typed, entry.name)] as const), ...asked.map((entry) => [entry, rank(typed, entry.name) ?? 0] as const)].filter(
    (pair): pair is readonly [Entry, number] => pair[1] !== null,
  );
  const groups = GROUPS.map((group) => {
    const mine = scored.filter(([entry]) => entry.group === group);
    if (typed.trim() !== '') mine.sort(([, one], [, other]) => other - one);
    return [group, mine.slice(0, typed.trim() === '' ? undefined : MOST)] as const;
  }).filter(([, mine]) => mine.length > 0);
  if (typed.trim() !== '') groups.sort(([, [one]], [, [other]]) => (other?.[1] ?? 0) - (one?.[1] ?? 0));
  return groups.map(([group, mine]) => [group, mine.map(([entry]) => entry)]);
}
