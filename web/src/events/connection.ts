import { Store, useStore } from './store';

/** Whether the studio answers. `lost` says since when it does not and when the next try is (milliseconds). */
export type Connection = { is: 'idle' | 'open' } | { is: 'lost'; lastSeen: number; retryAt: number; tries: number };

export const connection = new Store<Connection>({ is: 'idle' });

/** The third failure in a row comes after about two seconds: a restart of the studio may take as long unseen. */
const SHOWN_AFTER = 3;

/** Whether the studio counts as there. */
export function answers(state: Connection): boolean {
  return state.is !== 'lost' || state.tries < SHOWN_AFTER;
}

/** Whether what needs the studio can be pressed. */
export function useOnline(): boolean {
  return answers(useStore(connection));
}
