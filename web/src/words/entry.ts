import { learn } from '.';
import words from './entry.en.json';

// The pages before the sign-in import this before their first sentence is said.
await learn(words, () => import('./entry.de.json'));
