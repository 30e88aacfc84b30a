import '../words/keys';

import { t, type WordKey } from '../words';
import type { Shortcut } from './shortcuts';

/** What a shortcut does, in words. */
export const nameOf = (name: Shortcut): string => t(`keys.${name.replace('.', '_')}` as WordKey);

/** Keys as they stand on the keyboard: "G H". */
export const capsOf = (keys: string): string[] => (keys === '' ? [] : keys.split(' ').map((key) => (key.length === 1 ? key.toLocaleUpperCase() : key)));
