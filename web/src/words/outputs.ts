import { learn } from '.';
import words from './outputs.en.json';

// Whoever shows what artists made imports this before the first sentence is said.
await learn(words, () => import('./outputs.de.json'));
