import { learn } from '.';
import words from './people.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./people.de.json'));
