import type { LogLine } from '../../../api/types';
import { plain } from './sgr';

const kept = new WeakMap<LogLine, string>();

/** A line's text without colours, worked out once. */
export function plainOf(line: LogLine): string {
  let found = kept.get(line);
  if (found === undefined) kept.set(line, (found = plain(line.text)));
  return found;
}
