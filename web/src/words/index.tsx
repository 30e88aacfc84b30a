import { Fragment, type ReactNode } from 'react';

import type access from './access.en.json';
import type account from './account.en.json';
import type activity from './activity.en.json';
import type adminAudit from './adminAudit.en.json';
import type adminNeeded from './adminNeeded.en.json';
import type adminSettings from './adminSettings.en.json';
import type adminSystem from './adminSystem.en.json';
import type adminTerminal from './adminTerminal.en.json';
import type adminTools from './adminTools.en.json';
import type adminValues from './adminValues.en.json';
import en from './en.json';
import type entry from './entry.en.json';
import type home from './home.en.json';
import type keys from './keys.en.json';
import { language } from './language';
import type outputs from './outputs.en.json';
import type password from './password.en.json';
import type people from './people.en.json';
import type shell from './shell.en.json';
import type profiles from './profiles.en.json';
import type size from './size.en.json';

type Catalogue = typeof en & typeof access & typeof account & typeof activity & typeof adminAudit & typeof adminNeeded & typeof adminSettings & typeof adminSystem & typeof adminTerminal & typeof adminTools & typeof adminValues & typeof entry & typeof home & typeof keys & typeof outputs & typeof password & typeof people & typeof profiles & typeof shell & typeof size;
type Rooms = Record<string, Record<string, string>>;

const catalogue: Rooms = {};
const coming: Promise<void>[] = [];

function take(rooms: Rooms): void {
  for (const [room, sentences] of Object.entries(rooms)) catalogue[room] = { ...catalogue[room], ...sentences };
}

/** Take in the sentences of pages that are loaded when they are opened; a room's may lie in several files. Those of another
 * language than English are fetched, and lie over the English ones: wait for what is returned before the first is said. */
export function learn(rooms: Rooms, german?: () => Promise<{ default: Rooms }>): Promise<unknown> {
  take(rooms);
  if (language === 'de' && german) {
    coming.push(
      german().then(
        (found) => take(found.default),
        // The studio is out of reach, or has another version by now: English will do.
        () => undefined,
      ),
    );
  }
  return Promise.all(coming);
}

/** What the frame says. */
export const frameWords: Promise<unknown> = learn(en, () => import('./de.json'));

/** Every sentence's key, `room.name`. */
export type WordKey = { [Room in keyof Catalogue]: `${Room & string}.${keyof Catalogue[Room] & string}` }[keyof Catalogue];

/** Keys that come as `…_one` and `…_other`. */
export type CountKey = WordKey extends infer Key ? (Key extends `${infer Base}_other` ? Base : never) : never;

type Fields = Record<string, string | number>;

const plural = new Intl.PluralRules(language);
const list = new Intl.ListFormat(language, { type: 'conjunction' });

function find(key: string): string {
  const [room = '', name = ''] = key.split('.');
  const sentence = catalogue[room]?.[name];
  if (sentence === undefined) throw new Error(`No words for ${key}`);
  return sentence;
}

/** The sentence under `key`, its `{fields}` filled in. */
export function t(key: WordKey, fields: Fields = {}): string {
  return find(key).replace(/\{(\w+)\}/g, (whole, name: string) => String(fields[name] ?? whole));
}

/** A number as its language groups it: "12,345". */
export const inFigures = (number: number): string => number.toLocaleString(language);

/** The sentence for a number of things: `{count}` is the number, in figures. */
export function count(key: CountKey, number: number, fields: Fields = {}): string {
  const chosen = `${key}_${plural.select(number) === 'one' ? 'one' : 'other'}` as WordKey;
  return t(chosen, { count: inFigures(number), ...fields });
}

/** The sentence under `key` with elements in place of its `{fields}`. */
export function rich(key: WordKey, fields: Record<string, ReactNode>): ReactNode {
  return find(key)
    .split(/(\{\w+\})/)
    .map((part, index) => <Fragment key={index}>{part.startsWith('{') ? fields[part.slice(1, -1)] : part}</Fragment>);
}

/** Names joined as a sentence joins them: "Ann, Bo and Cy". */
export function names(people: readonly string[]): string {
  return list.format(people).replace(/, and /, ' and ');
}
