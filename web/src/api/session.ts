import { call } from './client';
import { cache, session } from './queries';
import type { Me } from './types';

/** Take over what a sign-in or a used link answered: a person, bare or under `me`. */
export function entered(answer: Me | { me: Me }): Me {
  const me = 'me' in answer ? answer.me : answer;
  cache.setQueryData(session.queryKey, me);
  void cache.invalidateQueries({ queryKey: ['studio'] });
  return me;
}

/** Forget everything that only the person who was signed in may see. */
export function left(): void {
  cache.removeQueries({ predicate: ({ queryKey: [about] }) => about !== 'studio' && about !== 'session' });
  cache.setQueryData(session.queryKey, null);
}

/** Whether the person asked to leave: then nobody tells them that their session ended. */
export const leaving = { asked: false };

/** End this browser's session and the sessions it opened in tools. */
export async function signOut(): Promise<void> {
  // Before the answer is here an event may tell that the session is over.
  leaving.asked = true;
  try {
    await call<undefined>('DELETE', '/session');
  } catch (error) {
    leaving.asked = false;
    throw error;
  }
  left();
}
