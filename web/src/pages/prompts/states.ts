import type { PromptState } from '../../api/types';
import type { Mark } from '../../parts/StateMark';

export const STATES: readonly PromptState[] = ['queued', 'running', 'done', 'failed', 'cancelled'];

const MARKS: Record<PromptState, Mark> = { queued: 'idle', running: 'starting', done: 'done', failed: 'failed', cancelled: 'off' };

export const promptMark = (state: PromptState): Mark => MARKS[state];

/** Whether it can still be taken back. */
export const live = (state: PromptState): boolean => state === 'queued' || state === 'running';
