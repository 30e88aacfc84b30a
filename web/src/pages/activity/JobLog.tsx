import '../../words/activity';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Missing } from '../../app/Missing';
import { call, Problem, sentenceOf } from '../../api/client';
import { job as jobQuery, session } from '../../api/queries';
import type { JobView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Dialog';
import { jobMark } from '../../parts/JobRow';
import { StateMark } from '../../parts/StateMark';
import { Note, PageHead, Skeleton } from '../../parts/Surface';
import { atWhen, duration, useNow } from '../../parts/time';
import { t } from '../../words';
import { LogPage } from './LogPage';

/** One job and everything it said. */
export function JobLog() {
  const { job: id } = useParams({ from: '/inside/activity/job/$job' });
  const { data: job, error, refetch } = useQuery({ ...jobQuery(Number(id)), enabled: /^\d+$/.test(id) });
  if (!/^\d+$/.test(id) || (error instanceof Problem && error.status === 404)) return <Missing />;
  if (error && !job) {
    return (
      <>
        <PageHead title={t('nav.activity')} />
        <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />
      </>
    );
  }
  return job ? <View job={job} /> : <Skeleton height={480} />;
}

function View({ job }: { job: JobView }) {
  const now = useNow(1000);
  const [asking, ask] = useState(false);
  const running = job.state === 'running';
  const cancel = useMutation({
    mutationFn: () => call<unknown>('POST', `/jobs/${job.id}/cancel`, {}),
    onSuccess: () => ask(false),
  });
  const fields = { name: job.by, when: atWhen(job.started_at, now) };
  return (
    <LogPage
      title={job.title}
      answer={t(job.state === 'failed' && job.exit_signal !== null ? 'log.job_answer_signal' : `log.job_answer_${job.state}`, { ...fields, code: job.exit_code ?? '?', signal: job.exit_signal ?? '?' })}
      acts={<Acts job={job} now={now} onCancel={() => ask(true)} />}
      source={{ key: `job:${job.id}`, path: `/jobs/${job.id}`, href: `/activity/job/${job.id}` }}
      live={running}
    >
      <Confirm
        title={t('log.job_cancel_title', { title: job.title })}
        open={asking && running}
        onClose={() => ask(false)}
        keep={t('log.job_cancel_keep')}
        act={t('log.job_cancel_act')}
        working={cancel.isPending}
        error={cancel.error ? sentenceOf(cancel.error) : null}
        onAct={() => cancel.mutate()}
      >
        <p>{t('log.job_cancel_text')}</p>
      </Confirm>
    </LogPage>
  );
}

function Acts({ job, now, onCancel }: { job: JobView; now: number; onCancel: () => void }) {
  const { data: me } = useQuery(session);
  const may = me?.role === 'admin' || me?.name === job.by;
  return (
    <>
      <StateMark mark={jobMark(job.state)}>{t(`job.${job.state}`)}</StateMark>
      <span className="dim num">{duration((job.ended_at ?? now) - job.started_at)}</span>
      {job.state === 'running' && may && (
        <Button look="risky" online onClick={onCancel}>
          {t('log.cancel_job')}
        </Button>
      )}
    </>
  );
}
