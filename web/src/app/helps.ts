import type { WordKey } from '../words';
import type { Place } from './shortcuts';

/** What a page says of itself, and the keys that act on it. */
export interface PageHelp {
  words: readonly WordKey[];
  places: readonly Place[];
}

/** The pages that have a help of their own. */
export type HelpPage = 'home' | 'outputs' | 'trash' | 'prompts' | 'activity' | 'log' | 'people' | 'account' | 'tools' | 'settings' | 'audit' | 'system' | 'terminal';

export const HELPS: Record<HelpPage, PageHelp> = {
  home: { words: ['help.home_1', 'help.home_2', 'help.home_3'], places: [] },
  outputs: { words: ['help.outputs_1', 'help.outputs_2', 'help.outputs_3'], places: ['lists', 'outputs'] },
  trash: { words: ['help.trash_1'], places: [] },
  prompts: { words: ['help.prompts_1', 'help.prompts_2'], places: ['lists'] },
  activity: { words: ['help.activity_1', 'help.activity_2'], places: ['lists'] },
  log: { words: ['help.log_1', 'help.log_2', 'help.log_3'], places: ['logs'] },
  people: { words: ['help.people_1', 'help.people_2', 'help.people_3'], places: ['lists'] },
  account: { words: ['help.account_1', 'help.account_2'], places: [] },
  tools: { words: ['help.tools_1', 'help.tools_2'], places: [] },
  settings: { words: ['help.settings_1', 'help.settings_2'], places: ['lists'] },
  audit: { words: ['help.audit_1', 'help.audit_2'], places: ['lists'] },
  system: { words: ['help.system_1', 'help.system_2'], places: [] },
  terminal: { words: ['help.terminal_1', 'help.terminal_2'], places: [] },
};
