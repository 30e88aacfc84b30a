import { Link } from '@tanstack/react-router';

import type { JobView } from '../../../api/types';
import { Button, buttonClass } from '../../../parts/Button';
import { atWhen, useNow } from '../../../parts/time';
import { t } from '../../../words';
import css from './Terminal.module.css';

/** A terminal that is over: what stays of it, and the way to another. */
export function Ended({ job, onOpen }: { job: JobView; onOpen: () => void }) {
  const now = useNow(30_000);
  return (
    <div className={css['lock']} role="status">
      <span>{job.ended_at === null ? t('terminal.is_over') : t('terminal.was_over', { when: atWhen(job.ended_at, now) })}</span>
      <Link to="/activity/job/$job" params={{ job: String(job.id) }} className={buttonClass({ size: 's' })}>
        {t('terminal.read_transcript')}
      </Link>
      <Button size="s" online onClick={onOpen}>
        {t('terminal.open_another')}
      </Button>
    </div>
  );
}
