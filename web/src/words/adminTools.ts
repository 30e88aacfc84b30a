import { learn } from '.';
import words from './adminTools.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./adminTools.de.json'));
