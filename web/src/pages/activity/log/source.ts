/** Where a log is: its name on the events socket, its place in the API, and its page. */
export interface LogSource {
  /** `tool:jupyter-lab`, `tool:jupyter-lab:12` or `job:3` */
  key: string;
  /** `/tools/jupyter-lab` or `/jobs/3` */
  path: string;
  /** `/activity/tool/jupyter-lab` */
  href: string;
  /** Whose instance, for admins. */
  as?: string;
}

/** The address of a part of a log's API. */
export function logPath(source: LogSource, part: '' | '/download' | '/clear', query: Record<string, string | number> = {}): string {
  const words = new URLSearchParams();
  if (source.as !== undefined) words.set('as', source.as);
  for (const [name, value] of Object.entries(query)) words.set(name, String(value));
  const tail = words.size > 0 ? `?${words.toString()}` : '';
  return `${source.path}/log${part}${tail}`;
}

/** The page of a log, by its name. */
export function hrefOf(key: string): string {
  const [kind, id = '', person] = key.split(':');
  if (kind === 'job') return `/activity/job/${encodeURIComponent(id)}`;
  return `/activity/tool/${encodeURIComponent(id)}${person === undefined ? '' : `/${encodeURIComponent(person)}`}`;
}
