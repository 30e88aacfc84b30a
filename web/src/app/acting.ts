import type { Me } from '../api/types';

/** Whether what somebody does now is done as an admin. */
export const actsAsAdmin = (me: Me): boolean => me.role === 'admin' && me.scope === 'admin';
