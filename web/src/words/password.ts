import { learn } from '.';
import words from './password.en.json';

// Whoever asks for a password imports this before the first sentence is said.
await learn(words, () => import('./password.de.json'));
