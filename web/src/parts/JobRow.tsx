import { Link } from '@tanstack/react-router';

import type { JobState, JobView } from '../api/types';
import { t } from '../words';
import css from './JobRow.module.css';
import { type Mark, StateMark } from './StateMark';
import { duration, useNow, when } from './time';

const MARKS: Record<JobState, Mark> = { running: 'starting', done: 'done', failed: 'failed', cancelled: 'off', lost: 'warn' };

export const jobMark = (state: JobState): Mark => MARKS[state];

/** One job in a list: what it is, how it goes, how long it took. */
export function JobRow({ job }: { job: JobView }) {
  const now = useNow(1000);
  const took = duration((job.ended_at ?? now) - job.started_at);
  return (
    <li className={css['row']}>
      <Link to="/activity/job/$job" params={{ job: String(job.id) }} className={css['link']}>
        <span className={css['mark']}>
          <StateMark mark={jobMark(job.state)} />
        </span>
        <span className={css['words']}>
          <b className="el" title={job.title}>{job.title}</b>
          <span className="meta el">{job.state === 'failed' && job.first_error ? job.first_error : t('jobs.row', { state: t(`job.${job.state}`), when: when(job.started_at, now) })}</span>
        </span>
        <span className={`${css['took']} num`}>{took}</span>
      </Link>
    </li>
  );
}
