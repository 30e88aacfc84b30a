import { learn } from '.';
import words from './adminSettings.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./adminSettings.de.json'));
