import type { PersonState } from '../../api/types';
import type { Mark } from '../../parts/StateMark';
import { t, type WordKey } from '../../words';

const STATES: Record<PersonState, readonly [Mark, WordKey]> = {
  here: ['ready', 'people.state_here'],
  away: ['idle', 'people.state_away'],
  disabled: ['off', 'people.state_disabled'],
  invited: ['none', 'people.state_invited'],
  not_invited: ['none', 'people.state_not_invited'],
};

export const personMark = (state: PersonState): Mark => STATES[state][0];
export const personWord = (state: PersonState): string => t(STATES[state][1]);

/** Whether somebody still has to choose a first password. */
export const waits = (state: PersonState): boolean => state === 'invited' || state === 'not_invited';
