import { learn } from '.';
import words from './access.en.json';

// Devices and tokens, on the account's page and on People.
await learn(words, () => import('./access.de.json'));
