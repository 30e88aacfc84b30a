import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';

import { sentenceOf } from '../../api/client';
import { cache, tools as toolsQuery } from '../../api/queries';
import type { JobView, RunView } from '../../api/types';
import { Button } from '../../parts/Button';
import { End } from '../../parts/End';
import { Empty, Note, Skeleton } from '../../parts/Surface';
import { useNow } from '../../parts/time';
import { t } from '../../words';
import { DoingRow } from './DoingRow';
import css from './Doings.module.css';
import { type Doing, together, wantedDoings } from './doings';
import { runs as runsQuery } from './queries';
import type { Wanted } from './wanted';

const AT_ONCE = 100;

const flat = (data: InfiniteData<RunView[]> | undefined): RunView[] | undefined => data && [...new Map(data.pages.flat().map((run) => [run.id, run])).values()];

/** Everything that ran: jobs and lives of tools, told apart by the filter. */
export function useDoings(jobs: JobView[] | undefined) {
  const query = useInfiniteQuery(runsQuery);
  const { data: tools } = useQuery(toolsQuery);
  const { data, hasNextPage } = query;
  // A tool that began or ended has another run.
  const moved = tools?.map((tool) => `${tool.id} ${tool.state} ${tool.since ?? ''}`).join();
  useEffect(() => {
    if (moved !== undefined) void cache.invalidateQueries({ queryKey: runsQuery.queryKey });
  }, [moved]);
  const runs = useMemo(() => flat(data), [data]);
  const doings = useMemo(() => (jobs && runs ? together(jobs, runs, hasNextPage) : undefined), [jobs, runs, hasNextPage]);
  return { doings, query, icons: new Map(tools?.map((tool) => [tool.id, tool.icon])) };
}

interface DoingsProps {
  doings: Doing[] | undefined;
  query: ReturnType<typeof useDoings>['query'];
  icons: ReadonlyMap<string, string>;
  wanted: Wanted;
  failed: unknown;
  onAll: () => void;
}

/** The list, a stretch at a time. */
export function Doings({ doings, query, icons, wanted, failed, onAll }: DoingsProps) {
  const now = useNow(1000);
  const [most, show] = useState(AT_ONCE);
  const error = failed ?? query.error;
  if (!doings) return error ? <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void query.refetch()}>{t('common.try_again')}</Button>} /> : <Skeleton rows={6} height={56} />;
  const shown = wantedDoings(doings, wanted);
  const filtered = Object.keys(wanted).length > 0;
  const more = shown.length > most || query.hasNextPage;
  const next = () => {
    if (shown.length > most) show(most + AT_ONCE);
    else if (!query.isFetching) void query.fetchNextPage();
  };
  return (
    <>
      {shown.length === 0 && !more ? (
        <div className="card">
          {filtered ? (
            <Empty title={t('activity.no_fit')} act={<Button onClick={onAll}>{t('activity.show_all')}</Button>}>
              {t('activity.no_fit_text')}
            </Empty>
          ) : (
            <Empty title={t('activity.none')}>{t('activity.none_text')}</Empty>
          )}
        </div>
      ) : (
        <div className={`card ${css['list']}`}>
          <div className={css['titles']} aria-hidden="true">
            {(['what', 'who', 'when', 'took', 'ended'] as const).map((name) => (
              <span key={name}>{t(`activity.${name}`)}</span>
            ))}
          </div>
          <ul>
            {shown.slice(0, most).map((doing) => (
              <DoingRow key={doing.key} doing={doing} icon={icons.get(doing.tool ?? '') ?? 'box'} now={now} />
            ))}
          </ul>
        </div>
      )}
      {more && (
        <End busy={query.isFetchingNextPage} onNear={next}>
          {t('activity.more_come')}
        </End>
      )}
    </>
  );
}
