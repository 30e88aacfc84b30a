import { learn } from '.';
import words from './adminValues.en.json';

// A page on which values are set imports this before its first sentence is said.
await learn(words, () => import('./adminValues.de.json'));
