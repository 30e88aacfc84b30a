import { learn } from '.';
import words from './size.en.json';

// Whoever says how large something is imports this before the first sentence is said.
await learn(words, () => import('./size.de.json'));
