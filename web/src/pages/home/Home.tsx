import '../../words/home';

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

import { jobs as jobsQuery, session, tools as toolsQuery } from '../../api/queries';
import { sentenceOf } from '../../api/client';
import type { JobView, ToolView } from '../../api/types';
import { JobRow } from '../../parts/JobRow';
import { Button } from '../../parts/Button';
import { Empty, Note, PageHead, Section, Skeleton } from '../../parts/Surface';
import { useNow } from '../../parts/time';
import { useTitle } from '../../parts/useTitle';
import { count, t } from '../../words';
import css from './Home.module.css';
import { firstName } from '../../parts/names';
import { answerOf, greeting, summaryOf } from './sentences';
import { ToolCard } from './ToolCard';
import { useFirstSteps } from './useFirstSteps';

// Only a studio's first days have them.
const FirstSteps = lazy(async () => ({ default: (await import('./FirstSteps')).FirstSteps }));
// They stand below everything else and show once their list is here.
const RecentImages = lazy(async () => ({ default: (await import('./RecentImages')).RecentImages }));

/** A page shows at most two lime buttons. */
const LIMES = 2;

/** Tools to open, and what the visitor's own jobs do. */
export function Home() {
  useTitle(t('nav.home'));
  const now = useNow(1000);
  const { data: me } = useQuery(session);
  const { data: tools, error, refetch } = useQuery(toolsQuery);
  const { data: jobs } = useQuery(jobsQuery);
  const steps = useFirstSteps(me ?? null, tools);
  if (!me) return null;
  const mine = (jobs ?? []).filter((job) => job.by === me.name);
  const side = steps !== null || mine.length > 0;
  return (
    <>
      <PageHead title={t(greeting(new Date(now * 1000).getHours()), { name: firstName(me.name) })} keep>
        {tools ? answerOf(tools, me, now) : ' '}
      </PageHead>
      <div className={side ? css['split'] : ''}>
        <Section title={t('home.tools')} note={tools && summaryOf(tools)}>
          {error && !tools && (
            <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />
          )}
          {!error && !tools && <CardBones />}
          {tools && <Cards tools={tools} me={me} limes={steps === null ? LIMES : LIMES - 1} side={side} />}
        </Section>
        {side && (
          <div className={css['aside']}>
            {steps && (
              <Suspense fallback={<Skeleton height={196} />}>
                <FirstSteps steps={steps} />
              </Suspense>
            )}
            {mine.length > 0 && <MyJobs jobs={mine} />}
          </div>
        )}
      </div>
      <Suspense>
        <RecentImages />
      </Suspense>
    </>
  );
}

function Cards({ tools, me, limes, side }: { tools: ToolView[]; me: { name: string; role: string }; limes: number; side: boolean }) {
  if (tools.length === 0) return <div className="card"><Empty title={t('home.no_tools')}>{t('home.no_tools_text')}</Empty></div>;
  const next = tools.filter((tool) => tool.state === 'ready' && tool.can.open).slice(0, limes);
  return (
    <div className={`${css['tools']} ${side ? '' : css['alone']}`}>
      {tools.map((tool) => (
        <ToolCard key={tool.id} tool={tool} me={me} primary={next.includes(tool)} />
      ))}
    </div>
  );
}

function MyJobs({ jobs }: { jobs: JobView[] }) {
  const running = jobs.filter((job) => job.state === 'running').length;
  return (
    <Section
      title={t('home.my_jobs')}
      note={running > 0 ? count('jobs.running', running) : undefined}
      end={<Link to="/activity" className={css['all']}>{t('home.all_jobs')}</Link>}
    >
      <ul className={`card ${css['jobs']}`}>
        {jobs.slice(0, 6).map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </ul>
    </Section>
  );
}

function CardBones() {
  return (
    <div className={css['tools']}>
      <Skeleton height={178} />
      <Skeleton height={178} />
    </div>
  );
}
