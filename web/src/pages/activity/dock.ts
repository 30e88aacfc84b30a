import { Store } from '../../events/store';
import type { LogSource } from './log/source';

export interface Docked {
  source: LogSource;
  title: string;
  /** Whether it was still being written when it was put there. */
  live: boolean;
}

/** The log that was put down to the foot of the page, to be watched from other pages. */
export const docked = new Store<Docked | null>(null);
