import { Store, useStore } from './store';

/** Whether the studio answers. `lost` says since when it does not and when the next try is (milliseconds). */
export type Connection = { is: 'idle' | 'open' } | { is: 'lost'; lastSeen: number; retryAt: number; tries: number };

export const connection = new Store<Connection>({ is: 'idle' });

/** False only after the first try to come back has failed: a restart of the studio shows nothing. */
export function answers(state: Connection): boolean {
  return state.is !== 'lost' || state.tries < 2;
}

/** Whether what needs the studio can be pressed. */
export function useOnline(): boolean {
  return answers(useStore(connection));
}
