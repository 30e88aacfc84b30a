import type { ToolState, ToolView } from '../../../api/types';
import type { Plain, Settable } from '../values/values';

/** A tool as the API tells admins of it. */
export interface AdminTool extends ToolView {
  /** One for all, or one for each artist. */
  instances: 'one' | 'per-artist';
}

export interface Variable {
  name: string;
  value: string;
  from: 'manifest' | 'studio' | 'option';
}

export interface OptionView {
  name: string;
  about: string;
  kind: 'switch' | 'number' | 'text' | 'choice';
  choices: string[];
  low: number | null;
  high: number | null;
  whole: boolean;
  applies: boolean;
  default: Plain;
  value: Plain;
  changed: boolean;
}

/** A living instance; `person` is null for one that all share. */
export interface InstanceView {
  person: string | null;
  state: ToolState;
  pid: number | null;
  since: number | null;
  started_by: string | null;
  cpu_percent: number | null;
  memory_bytes: number | null;
}

/** What a start would run, and what runs. `account`: null is the studio's own. */
export interface CommandView {
  argv: string[];
  env: Variable[];
  cwd: string;
  account: string | null;
  options: OptionView[];
  instances: InstanceView[];
  restart_needed: boolean;
}

export const settable = ({ changed, ...option }: OptionView): Settable => ({ ...option, set: changed });

/** A word as a shell takes it; what the start fills in, `{port}`, stays readable. */
function quoted(word: string): string {
  if (word !== '' && /^[\w@%+=:,./{}~-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command as one types it, an option with its value a piece. */
export function commandPieces(argv: readonly string[]): string[] {
  const pieces: string[] = [];
  argv.forEach((word, at) => {
    const value = at > 0 && !word.startsWith('-') && /^-{1,2}[\w-]+$/.test(argv[at - 1] ?? '') && pieces.length > 1;
    if (value) pieces.push(`${pieces.pop()} ${quoted(word)}`);
    else pieces.push(quoted(word));
  });
  return pieces;
}

export const commandLine = (argv: readonly string[]): string => argv.map(quoted).join(' ');

/** Whether a tool's state lets its command be looked at. */
export const readable = (tool: ToolView): boolean => tool.state !== 'broken';

/** Whose instance a request means: nobody's name for one that all share. */
export const asBody = (tool: AdminTool, person: string | null): { as?: string } => (tool.instances === 'one' || person === null ? {} : { as: person });

/** A tool's state with what runs in anybody's name: admins need not have one of their own. */
export function shownState(tool: AdminTool, instances: readonly InstanceView[]): ToolState {
  if (tool.instances === 'one' || instances.length === 0) return tool.state;
  const worst: ToolState[] = ['failed', 'crashed', 'unhealthy', 'starting', 'stopping', 'ready'];
  return worst.find((state) => instances.some((each) => each.state === state)) ?? tool.state;
}
