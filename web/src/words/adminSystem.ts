import { learn } from '.';
import words from './adminSystem.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./adminSystem.de.json'));
