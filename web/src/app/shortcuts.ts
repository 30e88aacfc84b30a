import { Store, useStore } from '../events/store';

/** Where a shortcut acts. Two may share their key unless both can be heard at once. */
export type Place = 'anywhere' | 'outputs' | 'lists' | 'logs';

/** Every shortcut that can be changed: the place it acts in and its key, or two keys one after the other. */
export const SHORTCUTS = {
  'go.home': ['anywhere', 'g h'],
  'go.outputs': ['anywhere', 'g g'],
  'go.prompts': ['anywhere', 'g q'],
  'go.activity': ['anywhere', 'g a'],
  'go.account': ['anywhere', 'g m'],
  'go.people': ['anywhere', 'g p'],
  'go.tools': ['anywhere', 'g t'],
  'go.settings': ['anywhere', 'g s'],
  'go.audit': ['anywhere', 'g u'],
  'go.system': ['anywhere', 'g y'],
  'go.terminal': ['anywhere', 'g x'],
  'see.help': ['anywhere', '?'],
  'see.notices': ['anywhere', 'g n'],
  'list.filter': ['lists', '/'],
  'outputs.info': ['outputs', 'i'],
  'outputs.zoom': ['outputs', 'z'],
  'outputs.download': ['outputs', 'd'],
  'log.search': ['logs', '/'],
  'log.follow': ['logs', 'End'],
  'log.error': ['logs', 'e'],
} as const satisfies Record<string, readonly [Place, string]>;

export type Shortcut = keyof typeof SHORTCUTS;

type Bindings = Partial<Record<Shortcut, string>>;

const KEY = 'comfystudio.bindings';
const known = (name: string): name is Shortcut => Object.hasOwn(SHORTCUTS, name);

/** What was kept, without what is no shortcut any more. */
export function bindingsOf(text: string | null): Bindings {
  try {
    const kept: unknown = JSON.parse(text ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([name, keys]) => known(name) && typeof keys === 'string'));
  } catch {
    return {};
  }
}

function read(): Bindings {
  try {
    return bindingsOf(localStorage.getItem(KEY));
  } catch {
    return {};
  }
}

const bindings = new Store<Bindings>(read());

/** The keys of this browser's own choosing. */
export const useBindings = (): Bindings => useStore(bindings);

/** The keys that press `name`; a name that is no shortcut is the key itself. Empty: none. */
export function keysOf(name: string, chosen: Bindings = bindings.get()): string {
  return known(name) ? (chosen[name] ?? SHORTCUTS[name][1]) : name;
}

/** Which shortcut `keys` would take away from `name`: one in the same place, or one that acts anywhere. */
export function takenBy(name: Shortcut, keys: string, chosen: Bindings = bindings.get()): Shortcut | null {
  const place = SHORTCUTS[name][0];
  const meet = (other: Place) => other === place || other === 'anywhere' || place === 'anywhere';
  // The first key of a pair would never be heard alone at the right moment.
  const clash = (other: string) => other !== '' && (other === keys || other.startsWith(`${keys} `) || keys.startsWith(`${other} `));
  return (Object.keys(SHORTCUTS) as Shortcut[]).find((each) => each !== name && meet(SHORTCUTS[each][0]) && clash(keysOf(each, chosen))) ?? null;
}

function keep(next: Bindings): void {
  bindings.set(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // A browser that keeps nothing: the choice holds until the page is closed.
  }
}

/** Press `name` with other keys from now on; `null`: with its own again. */
export function bind(name: Shortcut, keys: string | null): void {
  const { [name]: _before, ...rest } = bindings.get();
  keep(keys === null || keys === SHORTCUTS[name][1] ? rest : { ...rest, [name]: keys });
}

/** Every shortcut has its own keys again. */
export const bindAllAnew = (): void => keep({});
