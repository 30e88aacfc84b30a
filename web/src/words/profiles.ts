import { learn } from '.';
import words from './profiles.en.json';

// The names to pick from, in a studio without passwords.
await learn(words, () => import('./profiles.de.json'));
