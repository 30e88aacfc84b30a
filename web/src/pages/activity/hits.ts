import type { LogHit } from '../../api/types';
import { type Piece, pieces } from './log/pieces';
import { plain, spans } from './log/sgr';

export interface HitGroup {
  log: string;
  title: string;
  hits: LogHit[];
}

/** Hits log by log; the log with the newest hit first. */
export function grouped(hits: readonly LogHit[]): HitGroup[] {
  const groups = new Map<string, HitGroup>();
  for (const hit of hits) {
    const group = groups.get(hit.log) ?? { log: hit.log, title: hit.title, hits: [] };
    group.hits.push(hit);
    groups.set(hit.log, group);
  }
  return [...groups.values()];
}

/** So many letters stand before the first hit at most: it has to be seen. */
const LEAD = 40;
const MOST = 400;

/** A line without its colours, from shortly before its first hit on. */
export function shortened(text: string, term: RegExp | null): Pick<Piece, 'text' | 'hit'>[] {
  const cut = pieces(spans(plain(text)), term);
  const [first] = cut;
  if (first && !first.hit && cut.length > 1 && first.text.length > LEAD) first.text = `…${first.text.slice(-LEAD)}`;
  let room = MOST;
  return cut.flatMap(({ text: part, hit }) => {
    const shown = part.slice(0, Math.max(0, room));
    room -= part.length;
    return shown === '' ? [] : [{ text: shown, hit }];
  });
}
