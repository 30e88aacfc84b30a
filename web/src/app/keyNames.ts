import '../words/keys';

import { t, type WordKey } from '../words';
import { COMMAND_KEY } from './over';
import type { Shortcut } from './shortcuts';

/** What a shortcut does, in words. */
export const nameOf = (name: Shortcut): string => t(`keys.${name.replace('.', '_')}` as WordKey);

/** Keys as they stand on the keyboard: "G H". */
export const capsOf = (keys: string): string[] => (keys === '' ? [] : keys.split(' ').map(capOf));

const CAPS: Readonly<Record<string, WordKey>> = { Space: 'keys.cap_space', Shift: 'keys.cap_shift', Enter: 'keys.cap_enter', Delete: 'keys.cap_delete', End: 'keys.cap_end', Home: 'keys.cap_home', Control: 'nav.ctrl', Escape: 'keys.cap_escape' };

function capOf(key: string): string {
  if (key === 'Control' && COMMAND_KEY) return '⌘';
  const word = CAPS[key];
  return word ? t(word) : key.length === 1 ? key.toLocaleUpperCase() : key;
}
