import { Store } from '../events/store';

/** What the frame shows over or beside the page. */
export const over = new Store<'palette' | 'keys' | 'help' | 'notices' | null>(null);

/** Whether this keyboard has a Command key in the place of Control. */
export const COMMAND_KEY = typeof navigator !== 'undefined' && (navigator.platform ?? '').startsWith('Mac');

export const close = (): void => over.set(null);
