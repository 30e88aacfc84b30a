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
  /** Why nobody can sign in at all. */
  closed: string | null;
  /** Open: profiles are picked without a password, on this machine only. */
  auth: 'password' | 'open';
  profiles: { name: string; role: Role }[];
  /** The provider whose accounts open this studio. */
  oidc: { name: string } | null;
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

/** A stretch of the roster. `counts` is of everybody, whatever the filter. */
export interface PeopleView {
  people: PersonView[];
  /** How many the filter lets through. */
  total: number;
  /** What to ask for after this stretch. */
  next: number | null;
  counts: Record<PersonState | 'all', number>;
  roster: RosterView;
}

/** A browser that is signed in. */
export interface SessionView {
  id: number;
  current: boolean;
  /** "Chrome on Windows" */
  device: string;
  address: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
}

/** Whether a person may enter a tool, and why. */
export interface GrantView {
  id: string;
  name: string;
  may: boolean;
  by: 'everyone' | 'admins' | 'grant';
}

export interface PersonDetail {
  person: PersonView;
  sessions: SessionView[];
  tokens: TokenView[];
  tools: GrantView[];
  identity: { issuer: string; created_at: number } | null;
}

/** A square of `size` modules with the light ones around; `path` draws the dark ones. */
export interface Qr {
  size: number;
  path: string;
}

export interface FreshLink {
  link: string;
  expires_at: number;
  qr: Qr | null;
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
  /** One that all share, or one for each person. */
  instances: 'one' | 'per-artist';
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
  scope: Scope;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
}

/** One line: `o` out, `e` error, `k` the keeper's own words, `~` replaced by what follows it. */
export interface LogLine {
  offset: number;
  at: number;
  stream: 'o' | 'e' | 'k' | '~';
  text: string;
}

/** What went wrong, and the byte of the log where it says so, where that is known. */
export interface FirstError {
  text: string;
  offset: number | null;
  at: number | null;
}

/** A part of a log. `start` and `next` are byte offsets that are never used again; `oldest` and `end` are the log's own. */
export interface LogChunk {
  start: number;
  next: number;
  oldest: number;
  end: number;
  lines: LogLine[];
  first_error: FirstError | null;
}

/** A log that the person may read. */
export interface LogEntry {
  /** `tool:<id>`, `tool:<id>:<person>` or `job:<id>` */
  log: string;
  title: string;
  kind: 'tool' | 'job';
  state: string;
  size: number;
  changed_at: number | null;
}

/** One life of a tool's process; its part of the log goes from `log_start` to `log_end`. */
export interface RunView {
  id: number;
  tool: string;
  name: string;
  person: string | null;
  started_by: string | null;
  started_at: number;
  ended_at: number | null;
  exit_code: number | null;
  exit_signal: number | null;
  ending: 'running' | 'stopped' | 'crashed' | 'killed' | 'lost';
  first_error: { text: string; offset: number | null } | null;
  log: string;
  log_start: number;
  log_end: number | null;
}

/** A line that holds what was looked for. */
export interface LogHit {
  log: string;
  title: string;
  offset: number;
  at: number;
  stream: LogLine['stream'];
  text: string;
}

export interface LogHits {
  hits: LogHit[];
  next: string | null;
  searched_bytes: number;
  seconds: number;
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
