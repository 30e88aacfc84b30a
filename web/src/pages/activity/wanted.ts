export const KINDS = ['job', 'tool'] as const;
export const ENDED = ['running', 'good', 'bad'] as const;
export const SINCE = ['hour', 'day', 'week', 'month'] as const;

/** What the page shows, as it stands in its address. */
export interface Wanted {
  /** Looked for in all logs; without it the list shows what ran. */
  text?: string;
  /** Upper and lower case count. */
  exact?: true;
  /** In one log. */
  log?: string;
  since?: (typeof SINCE)[number];
  kind?: (typeof KINDS)[number];
  ended?: (typeof ENDED)[number];
  who?: string;
}

const words = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
const one = <Value extends string>(of: readonly Value[], value: unknown): Value | undefined => of.find((each) => each === value);

/** What of an address makes sense; the rest counts as not given. */
export function wantedOf(search: object): Wanted {
  const given = search as Record<string, unknown>;
  const kind = one(KINDS, given['kind']);
  const ended = one(ENDED, given['ended']);
  const since = one(SINCE, given['since']);
  return {
    ...(words(given['text']) && String(given['text']).trim() !== '' && { text: String(given['text']) }),
    ...(given['exact'] === true && { exact: true as const }),
    ...(typeof given['log'] === 'string' && { log: given['log'] }),
    ...(since && { since }),
    ...(kind && { kind }),
    ...(ended && { ended }),
    ...(words(given['who']) && { who: String(given['who']) }),
  };
}

const SECONDS = { hour: 3600, day: 86_400, week: 7 * 86_400, month: 30 * 86_400 };

/** The earliest moment that is meant, in seconds since the epoch. */
export const earliest = (since: NonNullable<Wanted['since']>, now: number): number => now - SECONDS[since];
