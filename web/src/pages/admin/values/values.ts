/** A value as the API has it; null: nothing is set. */
export type Plain = string | number | boolean | string[] | null;

export type Kind = 'switch' | 'number' | 'text' | 'choice' | 'list' | 'path';

/** Something that can be set: its limits, what holds now, and whether that was set or is the default. */
export interface Settable {
  name: string;
  kind: Kind;
  choices: readonly string[] | null;
  default: Plain;
  value: Plain;
  /** The value was set; else it is the default. */
  set: boolean;
  low?: number | null;
  high?: number | null;
  /** A number without fraction. */
  whole?: boolean;
}

/** What stands in a field: a switch is on or off, everything else is text, a list one entry a line. Null: back to the default. */
export type Draft = string | boolean | null;

/** The fields that were touched, by name. */
export type Drafts = Readonly<Record<string, Draft>>;

export type Trouble = 'number' | 'whole' | 'low' | 'high';

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/;

/** The value as its field shows it. */
export function draftOf(one: Settable, value: Plain = one.value): string | boolean {
  if (one.kind === 'switch') return value === true;
  if (Array.isArray(value)) return value.join('\n');
  return value === null ? '' : String(value);
}

function same(one: Plain, other: Plain): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function readNumber(text: string, { whole, low, high }: Settable): number | Trouble {
  if (!NUMBER.test(text)) return 'number';
  const number = Number(text.replace(',', '.'));
  if (whole && !Number.isInteger(number)) return 'whole';
  if (low !== undefined && low !== null && number < low) return 'low';
  return high !== undefined && high !== null && number > high ? 'high' : number;
}

/** What a draft would be written as, null for the default, or what is wrong with it. */
export function readDraft(one: Settable, draft: Draft): { value: Plain } | { trouble: Trouble } {
  if (draft === null) return { value: null };
  if (typeof draft === 'boolean') return { value: draft === (one.default === true) ? null : draft };
  const text = draft.trim();
  let value: Plain = text === '' ? null : text;
  if (one.kind === 'number' && value !== null) {
    const found = readNumber(text, one);
    if (typeof found === 'string') return { trouble: found };
    value = found;
  }
  if (one.kind === 'list') {
    const entries = draft.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    value = entries.length > 0 ? entries : null;
  }
  return { value: same(value, one.default) ? null : value };
}

/** The drafts with another one; a field that says again what holds is not touched any more. */
export function drafted(drafts: Drafts, one: Settable, draft: Draft): Drafts {
  const { [one.name]: _before, ...rest } = drafts;
  const untouched = draft === null ? !one.set : draft === draftOf(one);
  return untouched ? rest : { ...rest, [one.name]: draft };
}

/** What is written for all drafts, and those that cannot be. A draft of what is not there any more counts for nothing. */
export function changesOf(all: readonly Settable[], drafts: Drafts): { values: Record<string, Plain>; troubles: Record<string, Trouble> } {
  const values: Record<string, Plain> = {};
  const troubles: Record<string, Trouble> = {};
  for (const one of all) {
    const draft = drafts[one.name];
    if (draft === undefined) continue;
    const found = readDraft(one, draft);
    if ('trouble' in found) troubles[one.name] = found.trouble;
    else values[one.name] = found.value;
  }
  return { values, troubles };
}
