import { learn } from '.';
import words from './entry.en.json';

// The pages before the sign-in import this before their first sentence is said.
learn(words);
