import { call, needed } from '../api/client';
import { entered } from '../api/session';
import type { Me } from '../api/types';
import { Store } from '../events/store';

/** Whether the password for admin mode is asked for. */
export const asking = new Store(false);

let waiting: ((on: boolean) => void)[] = [];

/** Ask for the password, once for everything that waits for it. True when admin mode is on. */
export function askAdminMode(): Promise<boolean> {
  asking.set(true);
  return new Promise((resolve) => waiting.push(resolve));
}

/** The dialog was answered: on, or put away. */
export function answered(on: boolean): void {
  asking.set(false);
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve(on);
}

/** Act as an admin for half an hour. */
export async function beginAdminMode(password: string | null): Promise<void> {
  entered(await call<{ me: Me }>('POST', '/session/admin-mode', { password }));
  answered(true);
}

export async function endAdminMode(): Promise<void> {
  entered(await call<{ me: Me }>('DELETE', '/session/admin-mode'));
}

needed.adminMode = askAdminMode;
