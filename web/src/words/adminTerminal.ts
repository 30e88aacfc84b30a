import { learn } from '.';
import words from './adminTerminal.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./adminTerminal.de.json'));
