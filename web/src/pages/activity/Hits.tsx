import { type InfiniteData, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { sentenceOf } from '../../api/client';
import type { LogHit, LogHits } from '../../api/types';
import { Button } from '../../parts/Button';
import { bytes } from '../../parts/size';
import { Empty, Note, Skeleton } from '../../parts/Surface';
import { clockSeconds, useNow, when } from '../../parts/time';
import { count, t } from '../../words';
import { locale } from '../../words/language';
import css from './Hits.module.css';
import { grouped, shortened } from './hits';
import { termOf } from './log/pieces';
import { hrefOf } from './log/source';
import { hits as hitsQuery } from './queries';
import { earliest, type Wanted } from './wanted';

const FIRST = 6;

/** "21 Nov, 14:02" */
const shortly = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** The lines of all logs that hold what is looked for, log by log. */
export function Hits({ wanted, onAll }: { wanted: Wanted & { text: string }; onAll: () => void }) {
  const { text, exact = false, log, since } = wanted;
  // To the minute: the same question again is the same question.
  const from = useMemo(() => (since === undefined ? undefined : Math.floor(earliest(since, Date.now() / 1000) / 60) * 60), [since]);
  const query = useInfiniteQuery({ ...hitsQuery(text.trim(), exact, log, from), placeholderData: keepPreviousData });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } = query;
  const groups = useMemo(() => grouped(all(data)), [data]);
  if (error && !data) return <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />;
  if (!data) return <Skeleton rows={3} height={150} />;
  const narrowed = exact || log !== undefined || since !== undefined;
  return (
    <div className={isPlaceholderData ? css['stale'] : ''} aria-busy={isPlaceholderData}>
      {groups.length === 0 && (
        <div className="card">
          <Empty title={t(hasNextPage ? 'activity.no_hit_yet' : 'activity.no_hit')} act={narrowed && <Button onClick={onAll}>{t('activity.search_all')}</Button>}>
            {t('activity.no_hit_text')}
          </Empty>
        </div>
      )}
      {groups.map((group) => (
        <Group key={group.log} log={group.log} title={group.title} hits={group.hits} text={text.trim()} exact={exact} />
      ))}
      <p className={`meta ${css['end']}`} role="status">
        {saidOf(data)}
        {hasNextPage && (
          <Button size="s" online working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('activity.older_hits')}
          </Button>
        )}
      </p>
    </div>
  );
}

const all = (data: InfiniteData<LogHits> | undefined): LogHit[] => data?.pages.flatMap((page) => page.hits) ?? [];

function saidOf({ pages }: InfiniteData<LogHits>): string {
  const sum = (of: (page: LogHits) => number) => pages.reduce((total, page) => total + of(page), 0);
  return count('activity.searched', sum((page) => page.hits.length), { size: bytes(sum((page) => page.searched_bytes)), time: sum((page) => page.seconds).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) });
}

function Group({ log, title, hits, text, exact }: { log: string; title: string; hits: LogHit[]; text: string; exact: boolean }) {
  const now = useNow(60_000);
  const [whole, open] = useState(false);
  const term = useMemo(() => termOf(text, exact), [text, exact]);
  return (
    <section className={`card ${css['group']}`} aria-label={t('log.of', { title })}>
      <h2 className={css['title']}>
        <Link to={hrefOf(log)} className="el">
          {title}
        </Link>
        <span className="meta">{count('activity.hits', hits.length)}</span>
      </h2>
      <ul>
        {(whole ? hits : hits.slice(0, FIRST)).map((hit) => (
          <li key={hit.offset}>
            <Link to={hrefOf(log)} search={{ line: hit.offset }} className={css['hit']}>
              <time title={when(hit.at, now)}>{now - hit.at < 86_400 ? clockSeconds(hit.at) : shortly.format(hit.at * 1000)}</time>
              <span className="el">
                {shortened(hit.text, term).map((piece, nth) => (piece.hit ? <mark key={nth}>{piece.text}</mark> : piece.text))}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {hits.length > FIRST && (
        <button type="button" className={css['rest']} aria-expanded={whole} onClick={() => open(!whole)}>
          {whole ? t('activity.fewer') : count('activity.more_hits', hits.length - FIRST)}
        </button>
      )}
    </section>
  );
}
