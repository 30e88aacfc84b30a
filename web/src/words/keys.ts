import { learn } from '.';
import words from './keys.en.json';

// Whoever lists keys imports this before the first sentence is said.
await learn(words, () => import('./keys.de.json'));
