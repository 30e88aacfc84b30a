import type { Mark } from '../../../parts/StateMark';

export type CheckState = 'ok' | 'warn' | 'fail' | 'off';

export interface Check {
  id: string;
  title: string;
  state: CheckState;
  sentence: string;
  next_step: string | null;
  seconds: number;
}

export interface Examination {
  checks: Check[];
  at: number;
}

/** One backup. `before`: what it was made before, a schema or `restore`; null where somebody asked for it. */
export interface Backup {
  name: string;
  bytes: number;
  before: string | null;
  made_at: number | null;
  version: string | null;
  schema: string | null;
  problem: string | null;
}

export interface Backups {
  folder: string;
  kept: number;
  database_bytes: number;
  job_id: number | null;
  backups: Backup[];
}

export const MARKS: Record<CheckState, Mark> = { ok: 'done', warn: 'warn', fail: 'failed', off: 'none' };

const WEIGHT: Record<CheckState, number> = { fail: 0, warn: 1, ok: 2, off: 3 };

/** What has to be mended first, then what is worth a look; else in the studio's order. */
export function byWeight(checks: readonly Check[]): Check[] {
  return [...checks].sort((one, other) => WEIGHT[one.state] - WEIGHT[other.state]);
}

export const numberOf = (checks: readonly Check[], state: CheckState): number => checks.filter((check) => check.state === state).length;
