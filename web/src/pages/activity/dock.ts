import type { LogSource } from '../../events/logs';
import { Store } from '../../events/store';

export interface Docked {
  source: LogSource;
  title: string;
  /** The address of the log's page. */
  href: string;
}

/** The log that was put down to the foot of the page, to be watched from other pages. */
export const docked = new Store<Docked | null>(null);
