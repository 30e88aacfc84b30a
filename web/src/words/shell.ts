import { learn } from '.';
import words from './shell.en.json';

// What the frame shows when it is asked for imports this before the first sentence is said.
await learn(words, () => import('./shell.de.json'));
