import type { Me, ToolState, ToolView } from '../../api/types';
import { clock, duration } from '../../parts/time';
import { count, names, t, type WordKey } from '../../words';

/** How the day's time is greeted. */
export function greeting(hour: number): WordKey {
  if (hour >= 5 && hour < 12) return 'home.morning';
  return hour >= 12 && hour < 18 ? 'home.afternoon' : 'home.evening';
}

const IN: Partial<Record<ToolState, WordKey>> = {
  ready: 'home.n_ready',
  starting: 'home.n_starting',
  installing: 'home.n_installing',
  unhealthy: 'home.n_unhealthy',
  crashed: 'home.n_crashed',
  failed: 'home.n_failed',
  stopped: 'home.n_stopped',
};

/** "1 ready, 1 starting" */
export function summaryOf(tools: ToolView[]): string {
  return Object.entries(IN)
    .map(([state, word]) => [tools.filter((tool) => tool.state === state && tool.refusal === null).length, word] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => t(word, { count: number }))
    .join(', ');
}

/** Whether a tool that is meant for artists keeps them out for now, as an admin's card tells. */
export const closed = (tool: ToolView): boolean => tool.access === 'artist' && tool.refusal === null && Boolean(tool.access_reason);

const of = (tools: ToolView[], ...states: ToolState[]) => tools.filter((tool) => states.includes(tool.state));

/** The one sentence under the greeting: what the visitor came to learn. */
export function answerOf(tools: ToolView[], me: Me, now: number): string {
  const mine = tools.filter((tool) => tool.refusal === null);
  const [down] = of(mine, 'crashed', 'failed');
  if (down) return down.since ? t('home.answer_crashed', { tool: down.name, clock: clock(down.since) }) : t('home.answer_failed', { tool: down.name });
  const [coming] = of(mine, 'starting');
  if (coming) {
    const left = coming.takes_seconds === null || coming.since === null ? null : coming.since + coming.takes_seconds - now;
    return left !== null && left >= 1 ? t('home.answer_starting_left', { tool: coming.name, left: duration(left) }) : t('home.answer_starting', { tool: coming.name });
  }
  const [installing] = of(mine, 'installing');
  if (installing) return t('home.answer_installing', { tool: installing.name });
  const ready = of(mine, 'ready');
  if (ready.length > 0) return count('home.answer_ready', ready.length, { tools: names(ready.map((tool) => tool.name)) });
  const [stopped] = of(mine, 'stopped');
  if (stopped) {
    return stopped.takes_seconds === null
      ? t('home.answer_stopped', { tool: stopped.name })
      : t('home.answer_stopped_takes', { tool: stopped.name, time: duration(stopped.takes_seconds) });
  }
  if (mine.some((tool) => tool.state === 'not_installed')) return t(me.role === 'admin' ? 'home.answer_install' : 'home.answer_wait');
  return t('home.answer_none');
}
