import type { JobState, JobView, RunView } from '../../api/types';
import type { Mark } from '../../parts/StateMark';
import { hrefOf } from './log/source';
import type { Wanted } from './wanted';

export type Ending = 'running' | 'good' | 'bad' | 'stopped';

/** A job, or one life of a tool, as the list shows it. */
export interface Doing {
  key: string;
  kind: 'job' | 'tool';
  /** A job that somebody types at. */
  terminal: boolean;
  title: string;
  /** Whose instance, where a tool has one for each person. */
  person: string | null;
  /** The tool, for its sign. */
  tool: string | null;
  by: string | null;
  startedAt: number;
  endedAt: number | null;
  ending: Ending;
  state: JobState | RunView['ending'];
  mark: Mark;
  exit: { code: number | null; signal: number | null };
  error: string | null;
  href: string;
  /** The line of its log to open at. */
  line: number | null;
}

const JOB_MARKS: Record<JobState, Mark> = { running: 'starting', done: 'done', failed: 'failed', cancelled: 'off', lost: 'warn' };
const JOB_ENDINGS: Record<JobState, Ending> = { running: 'running', done: 'good', failed: 'bad', cancelled: 'stopped', lost: 'bad' };
const RUN_MARKS: Record<RunView['ending'], Mark> = { running: 'ready', stopped: 'done', crashed: 'failed', killed: 'off', lost: 'warn' };
const RUN_ENDINGS: Record<RunView['ending'], Ending> = { running: 'running', stopped: 'good', crashed: 'bad', killed: 'stopped', lost: 'bad' };

export function ofJob(job: JobView): Doing {
  return {
    key: `job:${job.id}`,
    kind: 'job',
    terminal: job.kind === 'terminal',
    title: job.title,
    person: null,
    tool: null,
    by: job.by,
    startedAt: job.started_at,
    endedAt: job.ended_at,
    ending: JOB_ENDINGS[job.state],
    state: job.state,
    mark: JOB_MARKS[job.state],
    exit: { code: job.exit_code, signal: job.exit_signal },
    error: job.state === 'failed' ? job.first_error : null,
    href: hrefOf(`job:${job.id}`),
    line: null,
  };
}

export function ofRun(run: RunView): Doing {
  const bad = RUN_ENDINGS[run.ending] === 'bad';
  return {
    key: `run:${run.id}`,
    kind: 'tool',
    terminal: false,
    title: run.name,
    person: run.person,
    tool: run.tool,
    by: run.started_by,
    startedAt: run.started_at,
    endedAt: run.ended_at,
    ending: RUN_ENDINGS[run.ending],
    state: run.ending,
    mark: RUN_MARKS[run.ending],
    exit: { code: run.exit_code, signal: run.exit_signal },
    error: bad && run.first_error ? run.first_error.text : null,
    href: hrefOf(run.log),
    // What runs is followed at its end; what failed is opened where it says so, everything else where it began.
    line: run.ending === 'running' ? null : ((bad ? run.first_error?.offset : null) ?? run.log_start),
  };
}

/**
 * Both in one list, the newest first. Of the runs only the newest may be here: a job that is older than all of them
 * waits until it is known what stands beside it.
 */
export function together(jobs: readonly JobView[], runs: readonly RunView[], moreRuns: boolean): Doing[] {
  const oldest = moreRuns ? (runs.at(-1)?.started_at ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  return [...jobs.filter((job) => job.started_at >= oldest).map(ofJob), ...runs.map(ofRun)].sort((one, other) => other.startedAt - one.startedAt || one.key.localeCompare(other.key));
}

/** What the filter lets through. */
export function wantedDoings(doings: readonly Doing[], { kind, ended, who }: Wanted): Doing[] {
  return doings.filter((each) => (kind === undefined || each.kind === kind) && (ended === undefined || each.ending === ended || (ended === 'good' && each.ending === 'stopped')) && (who === undefined || each.by === who || each.person === who));
}

/** Everybody in the list, by name. */
export function peopleOf(doings: readonly Doing[]): string[] {
  return [...new Set(doings.flatMap((each) => [each.by, each.person]).filter((name) => name !== null))].sort((one, other) => one.localeCompare(other));
}
