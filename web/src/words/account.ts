import { learn } from '.';
import words from './account.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./account.de.json'));
