import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { call, sentenceOf } from '../../../api/client';
import { cache, jobs as jobsQuery } from '../../../api/queries';
import type { JobView } from '../../../api/types';
import { Badge } from '../../../parts/Badge';
import { Button } from '../../../parts/Button';
import { bytes } from '../../../parts/size';
import { ErrorLine, Note, Section, Skeleton } from '../../../parts/Surface';
import { capital, useNow, when } from '../../../parts/time';
import { say } from '../../../parts/Toasts';
import { count, t } from '../../../words';
import type { Backup, Backups } from './model';
import { RestoreHelp } from './RestoreHelp';
import css from './System.module.css';

const backupsQuery = queryOptions({ queryKey: ['backups'], queryFn: () => call<Backups>('GET', '/storage/backups'), refetchOnMount: 'always' });

/** The backups there are, one more, and the way back to one. */
export function BackupList() {
  const { data, error, refetch } = useQuery(backupsQuery);
  const { data: jobs } = useQuery(jobsQuery);
  const [asked, ask] = useState<Backup | null>(null);
  const last = jobs?.find((job) => job.kind === 'backup');
  // A backup that is done, or failed, is news about the list and about the check of it.
  const stands = last && `${last.id} ${last.state}`;
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (stands === undefined) return;
    void cache.invalidateQueries({ queryKey: backupsQuery.queryKey });
    if (before.current !== undefined && before.current !== stands && !stands.endsWith('running')) void cache.invalidateQueries({ queryKey: ['doctor'] });
    before.current = stands;
  }, [stands]);
  const make = useMutation({
    mutationFn: () => call<{ job: JobView }>('POST', '/storage/backups', {}),
    onError: (failure) => say(sentenceOf(failure), 'failed'),
    onSettled: () => cache.invalidateQueries({ queryKey: jobsQuery.queryKey }),
  });
  const making = make.isPending || last?.state === 'running' || (data?.job_id ?? null) !== null;
  return (
    <Section
      title={t('system.backups')}
      note={data && data.backups.length > 0 ? count('system.n_backups', data.backups.length) : undefined}
      end={
        <Button size="s" online working={making} onClick={() => make.mutate()}>
          {t(making ? 'system.making' : 'system.make')}
        </Button>
      }
    >
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton rows={3} height={60} />}
      {last?.state === 'failed' && (
        <div className={css['failed']}>
          <ErrorLine>{last.first_error ?? t('system.make_failed')}</ErrorLine>
          <Link to="/activity/job/$job" params={{ job: String(last.id) }} className="link">
            {t('system.make_log')}
          </Link>
        </div>
      )}
      {data && (
        <>
          {data.backups.length === 0 ? (
            <div className={`card ${css['none']}`}>
              <b>{t('system.none')}</b>
              <p className="dim">{t('system.none_text')}</p>
            </div>
          ) : (
            <ul className={`card ${css['backups']}`}>
              {data.backups.map((backup) => (
                <BackupRow key={backup.name} backup={backup} onAsk={() => ask(backup)} />
              ))}
            </ul>
          )}
          <p className={`meta ${css['about']}`}>{t('system.backups_about', { database: bytes(data.database_bytes), kept: data.kept, folder: data.folder })}</p>
        </>
      )}
      {asked && <RestoreHelp backup={asked} onClose={() => ask(null)} />}
    </Section>
  );
}

function BackupRow({ backup, onAsk }: { backup: Backup; onAsk: () => void }) {
  const now = useNow(60_000);
  return (
    <li data-backup={backup.name}>
      <div className={css['made']}>
        <b>{backup.made_at === null ? t('system.unknown_age') : capital(when(backup.made_at, now))}</b>
        {backup.before !== null && <Badge>{backup.before === 'restore' ? t('system.before_restore') : t('system.before_schema')}</Badge>}
        {backup.problem !== null && <Badge look="failed">{t('system.unusable')}</Badge>}
        <span className="meta el" title={backup.name}>
          {backup.problem ?? t('system.backup_meta', { size: bytes(backup.bytes), name: backup.name })}
        </span>
      </div>
      {backup.problem === null && (
        <Button size="s" onClick={onAsk} aria-label={t('system.restore_of', { name: backup.name })}>
          {t('system.restore')}
        </Button>
      )}
    </li>
  );
}
