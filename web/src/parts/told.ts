import { Store } from '../events/store';

/** What a toast said, so that it can be read again. */
export interface Told {
  sentence: string;
  kind: 'done' | 'failed';
  /** Seconds since the epoch. */
  at: number;
}

const KEY = 'comfystudio.told';
const KEPT = 50;

interface Notices {
  /** The last first. */
  all: readonly Told[];
  unread: number;
}

const NONE: Notices = { all: [], unread: 0 };

function read(): Notices {
  try {
    return { ...NONE, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Notices>) };
  } catch {
    return NONE;
  }
}

/** What was said in this tab since somebody signed in. */
export const notices = new Store<Notices>(read());

function keep(next: Notices): void {
  notices.set(next);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // A browser that keeps nothing: the list holds until the page is loaded anew.
  }
}

export function noteToast(sentence: string, kind: Told['kind']): void {
  const { all, unread } = notices.get();
  keep({ all: [{ sentence, kind, at: Date.now() / 1000 }, ...all].slice(0, KEPT), unread: Math.min(unread + 1, KEPT) });
}

export const allRead = (): void => keep({ ...notices.get(), unread: 0 });

export const forgetNotices = (): void => keep(NONE);
