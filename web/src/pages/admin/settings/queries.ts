import { queryOptions } from '@tanstack/react-query';

import { call } from '../../../api/client';
import type { SettingsView } from './model';

/** Somebody may have edited the file since. */
export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => call<SettingsView>('GET', '/settings'), refetchOnMount: 'always' });
