import { learn } from '.';
import words from './activity.en.json';

// Whoever shows a log or what ran imports this before the first sentence is said.
await learn(words, () => import('./activity.de.json'));
