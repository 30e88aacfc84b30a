/** What the studio's API answers. Times are seconds since the epoch. */

export type Role = 'artist' | 'admin';

/** What a session or token may do: look, do what an artist does, or everything its owner may. */
export type Scope = 'read' | 'use' | 'admin';

export interface Me {
  id: number;
  name: string;
  role: Role;
  folder: string;
  /** What may be done now: an admin has `use` until admin mode is on. */
  scope: Scope;
  /** When admin mode ends; null while it is off. */
  admin_until: number | null;
  /** Without one, as in a studio without passwords, none is asked for. */
  has_password: boolean;
}

export interface Studio {
  state: 'setup' | 'ready';
  version: string;
  encrypted: boolean;
  warning: string | null;
}

export interface LinkView {
  purpose: 'setup' | 'join' | 'reset';
  name: string | null;
  admins: string[];
  expires_at: number;
  by: string | null;
}

export type PersonState = 'here' | 'away' | 'disabled' | 'invited' | 'not_invited';

export interface PersonView {
  id: number;
  name: string;
  role: Role;
  folder: string;
  state: PersonState;
  seen_at: number | null;
  devices: number;
}

export interface RosterView {
  path: string;
  ok: boolean;
  sentence: string | null;
  line: number | null;
  column: number | null;
}

export interface PeopleView {
  people: PersonView[];
  roster: RosterView;
}

export interface FreshLink {
  link: string;
  expires_at: number;
}

export type ToolState =
  | 'broken'
  | 'not_installed'
  | 'installing'
  | 'stopped'
  | 'starting'
  | 'ready'
  | 'unhealthy'
  | 'stopping'
  | 'crashed'
  | 'failed';

export interface ToolView {
  id: string;
  name: string;
  icon: string;
  summary: string;
  state: ToolState;
  progress: number | null;
  phase: string | null;
  since: number | null;
  started_by: string | null;
  people: string[];
  exit_code: number | null;
  exit_signal: number | null;
  first_error: string | null;
  restarts: number;
  next_try_at: number | null;
  url_port: number;
  url: string | null;
  access: Role;
  /** For admins: why only they may enter. On a tool that is for artists too, why not for now. */
  access_reason?: string | null;
  refusal: string | null;
  installed: boolean;
  job_id: number | null;
  can: Record<'start' | 'stop' | 'install' | 'open' | 'log', boolean>;
  error: string | null;
  takes_seconds: number | null;
}

export type JobState = 'running' | 'done' | 'failed' | 'cancelled' | 'lost';

export interface JobView {
  id: number;
  kind: string;
  title: string;
  state: JobState;
  by: string;
  started_at: number;
  ended_at: number | null;
  exit_code: number | null;
  exit_signal: number | null;
  first_error: string | null;
  fields: Record<string, unknown>;
}

export interface TokenView {
  id: number;
  label: string;
  created_at: number;
  used_at: number | null;
}

/** One line: `o` out, `e` error, `k` the keeper's own words, `~` replaced by what follows it. */
export interface LogLine {
  offset: number;
  at: number;
  stream: 'o' | 'e' | 'k' | '~';
  text: string;
}

/** A stretch of a log. `start` and `next` are byte offsets that are never used again. */
export interface LogChunk {
  start: number;
  next: number;
  lines: LogLine[];
  first_error?: string | LogLine | null;
}

export type OutputKind = 'image' | 'video' | 'audio' | 'other';

/** A file that the person made. `path` is below their own folder; `version` changes with its content. */
export interface OutputView {
  path: string;
  name: string;
  folder: string;
  kind: OutputKind;
  size: number;
  at: number;
  width: number | null;
  height: number | null;
  version: string;
}

export interface OutputPage {
  outputs: OutputView[];
  next: string | null;
  total: number;
  bytes: number;
}

/** With what the file itself says about how it was made. */
export interface OutputDetail extends OutputView {
  frames: number | null;
  metadata: Record<string, string>;
  /** Why a picture tells nothing of itself. */
  problem: string | null;
  prompt: { id: string; number: number; state: PromptState; created_at: number; started_at: number | null; ended_at: number | null } | null;
  graph: unknown;
  workflow: unknown;
}

/** A file in the trash: `id` names it there, `path` is where it was. */
export interface TrashedView extends OutputView {
  id: string;
  deleted_at: number;
}

export interface TrashPage {
  trash: TrashedView[];
  next: string | null;
  total: number;
  bytes: number;
  /** How long a file is kept. */
  days: number;
}

export type PromptState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What a person asked ComfyUI to make. What it holds is null where it belongs to somebody else. */
export interface PromptView {
  id: string;
  number: number;
  mine: boolean;
  state: PromptState;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  error: string | null;
  summary: string | null;
  nodes: number | null;
  files: number;
  /** The path of the first file it saved. */
  first_output: string | null;
}

/** A prompt with all it holds, in ComfyUI's own shapes. */
export interface PromptDetail {
  prompt: PromptView;
  graph: unknown;
  extra: { extra_pnginfo?: { workflow?: unknown } | null };
  outputs: unknown;
}
