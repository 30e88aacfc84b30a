import type { Plain, Settable } from '../values/values';

export type Group = 'reach' | 'people' | 'tools' | 'storage' | 'studio';

/** One setting. `value` is what is set, `running` what the studio was started with. */
export interface SettingView {
  name: string;
  group: Group;
  kind: 'text' | 'number' | 'choice' | 'list' | 'path';
  about: string;
  /** What it takes, in words. */
  wanted: string;
  choices: string[] | null;
  value: Plain;
  running: Plain;
  default: Plain;
  from: 'flag' | 'environment' | 'file' | 'default';
  editable: boolean;
  why_not: string | null;
  /** A restart would bring another value. */
  changed: boolean;
}

export interface SettingsView {
  settings: SettingView[];
  restart_needed: boolean;
  file: string;
  /** Names this state of the file. */
  version: string;
  /** Why the file cannot be read. */
  problem: string | null;
}

export const GROUPS: readonly Group[] = ['reach', 'people', 'tools', 'storage', 'studio'];

export const settable = (setting: SettingView): Settable => ({ ...setting, set: setting.from === 'file', whole: setting.kind === 'number' });

/** A value in a sentence; nothing where none is set. */
export function inWords(value: Plain): string | null {
  if (value === null || value === '') return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(', ');
  return String(value);
}

export interface Sought {
  text?: string | undefined;
  only?: 'set' | 'waiting' | undefined;
}

/** The settings that hold every word that is looked for, in their name, their meaning or their value. */
export function sought(all: readonly SettingView[], { text = '', only }: Sought): SettingView[] {
  const words = text.toLocaleLowerCase().split(/\s+/u).filter((word) => word !== '');
  return all.filter((setting) => {
    if (only === 'set' && setting.from === 'default') return false;
    if (only === 'waiting' && !setting.changed) return false;
    const held = `${setting.name} ${setting.name.replaceAll('_', ' ')} ${setting.about} ${inWords(setting.value) ?? ''}`.toLocaleLowerCase();
    return words.every((word) => held.includes(word));
  });
}

/** The settings by which browsers find the studio: with another one its address may be another. */
const OF_ADDRESS = new Set(['host', 'port', 'port_offset', 'public_url', 'tls_certificate', 'tls_key']);

/** The address of the portal after a restart, where this page can tell that it is another. */
export function addressAfter(all: readonly SettingView[], here: URL): { moves: boolean; address: string | null } {
  const moves = all.some((setting) => setting.changed && OF_ADDRESS.has(setting.name));
  if (!moves) return { moves, address: null };
  const of = (name: string) => all.find((setting) => setting.name === name);
  const publicUrl = of('public_url');
  if (publicUrl?.changed && typeof publicUrl.value === 'string' && publicUrl.value !== '') return { moves, address: publicUrl.value };
  const sum = (part: 'value' | 'running') => Number(of('port')?.[part] ?? 0) + Number(of('port_offset')?.[part] ?? 0);
  // Only where this page came straight from the port that changes.
  if (Number(here.port) !== sum('running')) return { moves, address: null };
  const next = new URL(here);
  next.port = String(sum('value'));
  next.protocol = inWords(of('tls_certificate')?.value ?? null) === null ? 'http:' : 'https:';
  return { moves, address: next.origin === here.origin ? null : next.origin };
}
