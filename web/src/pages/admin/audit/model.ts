import type { WordKey } from '../../../words';
import type { AuditSearch } from './wanted';

export interface Entry {
  id: number;
  at: number;
  by: string;
  action: string;
  subject: string;
  fields: Record<string, unknown>;
}

/** A stretch of the trail, the newest first. What there is to filter by comes with the first one only. */
export interface Trail {
  entries: Entry[];
  next: number | null;
  actions: string[] | null;
  people: string[] | null;
}

const ACTIONS: Record<string, WordKey> = {
  'admin_mode.on': 'audit.admin_mode_on',
  'admin_mode.off': 'audit.admin_mode_off',
  'comfyui.checked': 'audit.comfyui_checked',
  'identity.bound': 'audit.identity_bound',
  'job.started': 'audit.job_started',
  'job.cancelled': 'audit.job_cancelled',
  'link.setup': 'audit.link_setup',
  'link.join': 'audit.link_join',
  'link.reset': 'audit.link_reset',
  'password.changed': 'audit.password_changed',
  'password.join': 'audit.password_join',
  'password.reset': 'audit.password_reset',
  'password.setup': 'audit.password_setup',
  'person.added': 'audit.person_added',
  'person.removed': 'audit.person_removed',
  'person.renamed': 'audit.person_renamed',
  'person.role': 'audit.person_role',
  'person.disabled': 'audit.person_disabled',
  'person.enabled': 'audit.person_enabled',
  'person.unlinked': 'audit.person_unlinked',
  'person.tool': 'audit.person_tool',
  'prompt.cancelled': 'audit.prompt_cancelled',
  'roster.read': 'audit.roster_read',
  'session.opened': 'audit.session_opened',
  'session.ended': 'audit.session_ended',
  'session.all_ended': 'audit.session_all_ended',
  'settings.changed': 'audit.settings_changed',
  'sign_in.failed': 'audit.sign_in_failed',
  'sign_in.disabled': 'audit.sign_in_disabled',
  'storage.restored': 'audit.storage_restored',
  'studio.down': 'audit.studio_down',
  'studio.restart': 'audit.studio_restart',
  'studio.tools_ended': 'audit.studio_tools_ended',
  'terminal.opened': 'audit.terminal_opened',
  'terminal.joined': 'audit.terminal_joined',
  'terminal.closed': 'audit.terminal_closed',
  'token.created': 'audit.token_created',
  'token.revoked': 'audit.token_revoked',
  'tool.started': 'audit.tool_started',
  'tool.stopped': 'audit.tool_stopped',
  'tool.killed': 'audit.tool_killed',
  'tool.options_changed': 'audit.tool_options_changed',
  'tool.idle_stopped': 'audit.tool_idle_stopped',
  'tool.log_cleared': 'audit.tool_log_cleared',
};

/** What an action is called; undefined where a newer studio wrote it. */
export const actionWord = (action: string): WordKey | undefined => ACTIONS[action];

/** What shows that somebody tried what they may not. */
export const alarming = (action: string): boolean => action.startsWith('sign_in.');

/** What is told of an entry, in one line: a change as before and after, anything else by its names. */
export function summaryOf({ fields }: Entry): string {
  const told = (value: unknown) => (value === null || value === '' ? '–' : String(value));
  if ('was' in fields && 'now' in fields) return `${told(fields['was'])} → ${told(fields['now'])}`;
  return Object.entries(fields)
    .filter(([name, value]) => name !== 'job' && name !== 'number' && value !== null && value !== '')
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${String(value)}`)
    .join(', ');
}

const DAY = /^\d{4}-\d\d-\d\d$/;

const midnight = (day: string, later = 0): number => {
  const date = new Date(`${day}T00:00`);
  return date.setDate(date.getDate() + later) / 1000;
};

/** What stands in the address, without what is no filter. */
export function wantedOf(search: AuditSearch): AuditSearch {
  const texts = Object.entries(search).filter(([name, value]) => ['text', 'by', 'action', 'from', 'to'].includes(name) && (typeof value === 'string' || typeof value === 'number') && value !== '');
  const found = Object.fromEntries(texts.map(([name, value]) => [name, String(value)])) as AuditSearch;
  if (found.from !== undefined && !DAY.test(found.from)) delete found.from;
  if (found.to !== undefined && !DAY.test(found.to)) delete found.to;
  return found;
}

/** The filter as the API takes it. Days are the reader's own, both included. */
export function queryOf({ text, by, action, from, to }: AuditSearch): URLSearchParams {
  const query = new URLSearchParams();
  if (text) query.set('text', text);
  if (by) query.set('by', by);
  if (action) query.set('action', action);
  if (from) query.set('from', String(midnight(from)));
  if (to) query.set('to', String(midnight(to, 1)));
  return query;
}

/** The kinds of actions that more than one on record begins with: "tool" for "tool.started" and "tool.stopped". */
export function kindsOf(actions: readonly string[]): string[] {
  const kinds = actions.map((action) => action.split('.')[0] ?? action);
  return [...new Set(kinds.filter((kind, at) => kinds.indexOf(kind) !== at))];
}
