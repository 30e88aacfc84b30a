import { learn } from '.';
import words from './home.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./home.de.json'));
