import { learn } from '.';
import words from './size.en.json';

// Units are the same in every language.
learn(words);
