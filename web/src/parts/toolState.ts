import type { ToolState, ToolView } from '../api/types';
import { t } from '../words';
import type { Mark } from './StateMark';
import { clock } from './time';

const MARKS: Record<ToolState, Mark> = {
  broken: 'failed',
  not_installed: 'none',
  installing: 'starting',
  stopped: 'idle',
  starting: 'starting',
  ready: 'ready',
  unhealthy: 'warn',
  stopping: 'idle',
  crashed: 'failed',
  failed: 'failed',
};

export const toolMark = (state: ToolState): Mark => MARKS[state];

/** A tool's state in words, with the time where it matters. */
export function toolWord(tool: ToolView): string {
  if (tool.state === 'crashed' && tool.since !== null) return t('state.crashed_at', { clock: clock(tool.since) });
  return t(`state.${tool.state}`);
}
