import { learn } from '.';
import words from './profiles.en.json';

// The names to pick from, in a studio without passwords.
learn(words);
