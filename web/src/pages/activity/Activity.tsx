import '../../words/activity';

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';

import { useKeys } from '../../app/keys';
import { jobs as jobsQuery, tools as toolsQuery } from '../../api/queries';
import type { LogEntry, ToolView } from '../../api/types';
import { PageHead, Section, Skeleton } from '../../parts/Surface';
import { clock } from '../../parts/time';
import { useTitle } from '../../parts/useTitle';
import { count, t } from '../../words';
import css from './Activity.module.css';
import { Doings, useDoings } from './Doings';
import { type Doing, peopleOf } from './doings';
import { Filters } from './Filters';
import { Hits } from './Hits';
import { logs as logsQuery } from './queries';
import { ToolLogs } from './ToolLogs';
import { type Wanted, wantedOf } from './wanted';

/** What the studio does and did, and what it all said. */
export function Activity() {
  useTitle(t('nav.activity'));
  const wanted = wantedOf(useSearch({ from: '/inside/activity' }));
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const { data: jobs, error } = useQuery(jobsQuery);
  const { data: tools } = useQuery(toolsQuery);
  const { data: logs } = useQuery(logsQuery);
  const { doings, query, icons } = useDoings(jobs);
  const want = (next: Wanted) => void navigate({ to: '/activity', search: next, replace: true });
  useKeys({ 'list.filter': () => field.current?.focus() });
  return (
    <>
      <PageHead title={t('nav.activity')}>{doings && tools ? answerOf(doings, tools) : ' '}</PageHead>
      <Filters wanted={wanted} onWant={want} field={field} people={peopleOf(doings ?? [])} logs={logs ?? []} />
      {wanted.text === undefined ? (
        <div className={css['split']}>
          <Doings doings={doings} query={query} icons={icons} wanted={wanted} failed={error} onAll={() => want({})} />
          <div className={css['side']}>
            <Section title={t('activity.logs')}>{logs && tools ? <ToolLogs logs={toolLogs(logs)} tools={tools} /> : <Skeleton rows={2} height={56} />}</Section>
          </div>
        </div>
      ) : (
        <Hits wanted={{ ...wanted, text: wanted.text }} onAll={() => want({ ...(wanted.text !== undefined && { text: wanted.text }) })} />
      )}
    </>
  );
}

const toolLogs = (logs: LogEntry[]) => logs.filter((log) => log.kind === 'tool');

function answerOf(doings: Doing[], tools: ToolView[]): string {
  const running = doings.filter((each) => each.kind === 'job' && each.ending === 'running');
  const [first] = running;
  if (first) return running.length === 1 ? t('activity.one_runs', { title: first.title, clock: clock(first.startedAt) }) : count('activity.jobs_run', running.length);
  const down = tools.find((tool) => tool.state === 'crashed' || tool.state === 'failed');
  if (down) return t('activity.down', { tool: down.name });
  const last = doings.find((each) => each.kind === 'job');
  return last ? t(`activity.last_${last.state as 'done'}`, { title: last.title }) : t('activity.quiet');
}
