import { Link } from '@tanstack/react-router';
import { PackagePlus, SquareTerminal } from 'lucide-react';

import { Avatar } from '../../parts/Avatar';
import { StateMark } from '../../parts/StateMark';
import { duration, when } from '../../parts/time';
import { ToolIcon } from '../../parts/ToolIcon';
import { t } from '../../words';
import type { Doing } from './doings';
import css from './Doings.module.css';

/** One job, or one life of a tool: what, who, when, how long, how it ended and what went wrong. */
export function DoingRow({ doing, icon, now }: { doing: Doing; icon: string; now: number }) {
  const took = duration((doing.endedAt ?? now) - doing.startedAt);
  const title = doing.person === null ? doing.title : t('log.tool_of', { tool: doing.title, name: doing.person });
  const ended = endingOf(doing);
  return (
    <li className={css['row']}>
      <Link to={doing.href} search={doing.line === null ? {} : { line: doing.line }} className={css['link']}>
        <span className={css['icon']}>{doing.kind === 'job' ? <JobIcon terminal={doing.terminal} /> : <ToolIcon name={icon} />}</span>
        <span className={css['what']}>
          <b className="el" title={title}>
            {title}
          </b>
          {doing.error === null ? (
            <span className="meta el">
              {t(doing.terminal ? 'activity.a_terminal' : doing.kind === 'job' ? 'activity.a_job' : 'activity.a_run')}
              <span className="only-p">{t('activity.row_more', { name: doing.by ?? t('activity.nobody') })}</span>
            </span>
          ) : (
            <span className={`mono el ${css['error']}`} title={doing.error}>
              {doing.error}
            </span>
          )}
        </span>
        <span className={css['who']}>
          {doing.by !== null && <Avatar name={doing.by} />}
          <span className="el">{doing.by ?? t('activity.nobody')}</span>
        </span>
        <span className={`${css['when']} num`}>{when(doing.startedAt, now)}</span>
        <span className={`${css['took']} num`}>{took}</span>
        <span className={css['state']}>
          <StateMark mark={doing.mark}>{ended}</StateMark>
          <span className="meta only-p">{when(doing.startedAt, now)}</span>
        </span>
      </Link>
    </li>
  );
}

function JobIcon({ terminal }: { terminal: boolean }) {
  return (
    <span className={css['job']} aria-hidden="true">
      {terminal ? <SquareTerminal /> : <PackagePlus />}
    </span>
  );
}

function endingOf({ kind, state, exit }: Doing): string {
  const failed = state === 'failed' || state === 'crashed';
  if (failed && exit.signal !== null) return t('activity.signal', { signal: exit.signal });
  if (failed && exit.code !== null) return t('activity.exit_code', { code: exit.code });
  return kind === 'job' ? t(`job.${state as 'running' | 'done' | 'failed' | 'cancelled' | 'lost'}`) : t(`activity.run_${state as 'running' | 'stopped' | 'crashed' | 'killed' | 'lost'}`);
}
