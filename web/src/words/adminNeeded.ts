import { learn } from '.';
import words from './adminNeeded.en.json';

// What admins read on their pages while admin mode is off.
await learn(words, () => import('./adminNeeded.de.json'));
