import { learn } from '.';
import words from './adminAudit.en.json';

// The page imports this before its first sentence is said.
await learn(words, () => import('./adminAudit.de.json'));
