import { cache, jobs, session, tools } from '../api/queries';
import { left } from '../api/session';
import type { JobView, ToolView } from '../api/types';
import { EventSocket, fieldsOf, type ServerEvent } from './socket';
import { Store } from './store';

/** Counts how often files that the person made came, changed or went. */
export const outputsChanged = new Store(0);

/** Put a fresh view in the place of the one with its id, or at the list's end. */
export function replaced<Item extends { id: string | number }>(list: Item[], item: Item, at: 'start' | 'end'): Item[] {
  if (list.some((each) => each.id === item.id)) return list.map((each) => (each.id === item.id ? item : each));
  return at === 'start' ? [item, ...list] : [...list, item];
}

let version = '';

/** A studio of another version came back: its pages are others, so this one is loaded anew unless somebody types. */
function greeted(found: string): void {
  if (version !== '' && found !== version && !document.activeElement?.matches('input, textarea')) window.location.reload();
  version = found;
}

function outputsMoved(): void {
  outputsChanged.set(outputsChanged.get() + 1);
  void cache.invalidateQueries({ queryKey: ['outputs'] });
}

/** What a sign-in alone changes, and the list that goes by its own count. */
const LASTING = new Set<unknown>(['studio', 'listing']);

function refresh(): void {
  void cache.invalidateQueries({ predicate: ({ queryKey: [about] }) => !LASTING.has(about) });
  outputsMoved();
}

/** Bring what the pages know in line with what the server said. */
export function apply(event: ServerEvent): void {
  const fields = fieldsOf(event);
  switch (event.type) {
    case 'tool.changed': {
      const tool = fields['tool'] as ToolView | undefined;
      if (tool === undefined) void cache.invalidateQueries({ queryKey: tools.queryKey });
      else cache.setQueryData(tools.queryKey, (list) => list && replaced(list, tool, 'end'));
      break;
    }
    case 'tool.removed':
      void cache.invalidateQueries({ queryKey: tools.queryKey });
      break;
    case 'people.changed':
      void cache.invalidateQueries({ queryKey: ['people'] });
      void cache.invalidateQueries({ queryKey: session.queryKey });
      break;
    case 'me.changed':
      void cache.invalidateQueries({ queryKey: session.queryKey });
      break;
    case 'job.changed': {
      const job = fields['job'] as JobView;
      cache.setQueryData(jobs.queryKey, (list) => list && replaced(list, job, 'start'));
      cache.setQueryData(['job', job.id], job);
      break;
    }
    case 'outputs.changed':
      outputsMoved();
      break;
    case 'prompt.changed':
      void cache.invalidateQueries({ queryKey: ['prompts'] });
      break;
    case 'hello':
      greeted(String(fields['version'] ?? ''));
      break;
    case 'session.ended':
      left();
      break;
    case 'resync':
      refresh();
      // The studio's own, not the one after its first greeting: what the person may do may be another now.
      if (event.seq !== undefined) void cache.invalidateQueries({ queryKey: session.queryKey });
      break;
    default:
  }
}

/** After a lost socket: somebody whose session ended goes to the sign-in page, everybody else waits. */
function doubt(): void {
  void cache.fetchQuery({ ...session, staleTime: 0, retry: false }).catch(() => undefined);
}

const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';

export const events = new EventSocket(`${scheme}//${window.location.host}/api/v1/events`, apply, doubt);
