import { Store } from '../events/store';

/** What the frame shows over or beside the page. */
export const over = new Store<'palette' | 'keys' | 'help' | 'notices' | null>(null);

export const close = (): void => over.set(null);
