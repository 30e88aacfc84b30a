import type { JobView } from '../../../api/types';

/** The terminals that have a tab: those that are open, and those that ended while their tab was. The oldest first. */
export function tabsOf(jobs: readonly JobView[], kept: ReadonlySet<number>): JobView[] {
  return jobs.filter((job) => job.kind === 'terminal' && (job.state === 'running' || kept.has(job.id))).sort((one, other) => one.id - other.id);
}

/** The tab to show: the one that was asked for, or the newest that is open. */
export function shownTab(tabs: readonly JobView[], wanted: number | undefined): JobView | undefined {
  return tabs.find((tab) => tab.id === wanted) ?? tabs.findLast((tab) => tab.state === 'running') ?? tabs.at(-1);
}

/** The tab beside the one that is closed. */
export function besideTab(tabs: readonly JobView[], closed: number): JobView | undefined {
  const at = tabs.findIndex((tab) => tab.id === closed);
  return tabs[at + 1] ?? tabs[at - 1];
}
