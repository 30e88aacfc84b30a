import '../../words/activity';

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { sentenceOf } from '../../api/client';
import { jobs as jobsQuery, tools as toolsQuery } from '../../api/queries';
import type { JobView, ToolView } from '../../api/types';
import { JobRow } from '../../parts/JobRow';
import { StateMark } from '../../parts/StateMark';
import { Empty, Note, PageHead, Section, Skeleton } from '../../parts/Surface';
import { clock } from '../../parts/time';
import { ToolIcon } from '../../parts/ToolIcon';
import { toolMark, toolWord } from '../../parts/toolState';
import { useTitle } from '../../parts/useTitle';
import { count, t } from '../../words';
import css from './Activity.module.css';

/** What the studio does and did: jobs, and what the tools say. */
export function Activity() {
  useTitle(t('nav.activity'));
  const { data: jobs, error } = useQuery(jobsQuery);
  const { data: tools } = useQuery(toolsQuery);
  const logs = (tools ?? []).filter((tool) => tool.can.log && !tool.refusal && tool.installed);
  return (
    <>
      <PageHead title={t('nav.activity')}>{jobs && tools ? answerOf(jobs, logs) : ' '}</PageHead>
      <div className={css['split']}>
        <Section title={t('activity.jobs')} note={jobs && jobs.length > 0 ? count('jobs.all', jobs.length) : undefined}>
          {error && !jobs && <Note look="failed" title={sentenceOf(error)} />}
          {!error && !jobs && <Skeleton rows={3} height={56} />}
          {jobs && (
            <div className={`card ${css['list']}`}>
              {jobs.length === 0 ? (
                <Empty title={t('activity.no_jobs')}>{t('activity.no_jobs_text')}</Empty>
              ) : (
                <ul>
                  {jobs.map((job) => (
                    <JobRow key={job.id} job={job} who />
                  ))}
                </ul>
              )}
            </div>
          )}
        </Section>
        <Section title={t('activity.logs')}>
          {!tools && <Skeleton rows={2} height={56} />}
          {tools && logs.length === 0 && <p className="dim">{t('activity.no_logs')}</p>}
          {logs.length > 0 && (
            <ul className={`card ${css['list']}`}>
              {logs.map((tool) => (
                <ToolRow key={tool.id} tool={tool} />
              ))}
            </ul>
          )}
        </Section>
      </div>
    </>
  );
}

function answerOf(jobs: JobView[], tools: ToolView[]): string {
  const running = jobs.filter((job) => job.state === 'running');
  const [first] = running;
  if (first) return running.length === 1 ? t('activity.one_runs', { title: first.title, clock: clock(first.started_at) }) : count('activity.run', running.length);
  const down = tools.find((tool) => tool.state === 'crashed' || tool.state === 'failed');
  if (down) return t('activity.down', { tool: down.name });
  const [last] = jobs;
  return last ? t(`activity.last_${last.state}`, { title: last.title }) : t('activity.quiet');
}

function ToolRow({ tool }: { tool: ToolView }) {
  return (
    <li className={css['row']}>
      <Link to="/activity/tool/$tool" params={{ tool: tool.id }} className={css['link']}>
        <ToolIcon name={tool.icon} />
        <span className={css['words']}>
          <b className="el">{tool.name}</b>
          <StateMark mark={toolMark(tool.state)}>{toolWord(tool)}</StateMark>
        </span>
      </Link>
    </li>
  );
}
