import { Store, useStore } from '../events/store';

export type Theme = 'system' | 'dark' | 'light';

interface Preferences {
  theme: Theme;
  /** Single letters act as shortcuts. */
  keys: boolean;
  /** Logs are read to a screen reader: costs time on long logs. */
  spoken: boolean;
  /** Long lines of a log go on in the next row. */
  wrap: boolean;
  /** The time stands before each line of a log. */
  times: boolean;
  /** The list of first steps was put away. */
  stepsHidden: boolean;
  /** Somebody opened a tool from this browser. */
  opened: boolean;
}

const PREFIX = 'comfystudio.';

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is closed.
  }
}

function first(): Preferences {
  const theme = read('theme');
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : 'system',
    keys: read('keys') !== 'off',
    spoken: read('spoken') === 'on',
    wrap: read('wrap') !== 'off',
    // A phone has no room to spare.
    times: (read('times') ?? (window.innerWidth > 720 ? 'on' : 'off')) === 'on',
    stepsHidden: read('stepsHidden') === 'on',
    opened: read('opened') === 'on',
  };
}

const store = new Store<Preferences>(first());
const lightSystem = window.matchMedia('(prefers-color-scheme: light)');

/** The theme in force, for what is drawn by script. */
export const shownTheme = new Store<'dark' | 'light'>('dark');

function paint(): void {
  const { theme } = store.get();
  const shown = theme === 'light' || (theme === 'system' && lightSystem.matches) ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = shown;
  shownTheme.set(shown);
}

/** Change a choice of this browser and keep it. */
export function prefer<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  store.set({ ...store.get(), [name]: value });
  write(name, typeof value === 'boolean' ? (value ? 'on' : 'off') : value);
  paint();
}

export const usePreferences = (): Preferences => useStore(store);

paint();
lightSystem.addEventListener('change', paint);
