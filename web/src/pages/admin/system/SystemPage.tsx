import '../../../words/adminSystem';

import { queryOptions, useQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';

import { call, sentenceOf } from '../../../api/client';
import { Button } from '../../../parts/Button';
import { NeedsAdminMode } from '../../../parts/NeedsAdminMode';
import { StateMark } from '../../../parts/StateMark';
import { Note, PageHead, Section, Skeleton } from '../../../parts/Surface';
import { ago, useNow } from '../../../parts/time';
import { useTitle } from '../../../parts/useTitle';
import { count, t } from '../../../words';
import { BackupList } from './BackupList';
import { byWeight, type Check, type Examination, MARKS, numberOf } from './model';
import css from './System.module.css';

const doctor = queryOptions({ queryKey: ['doctor'], queryFn: () => call<Examination>('GET', '/doctor'), refetchOnMount: 'always' });

/** Whether everything that the studio stands on is well, and its backups. */
export function SystemPage() {
  return (
    <NeedsAdminMode title={t('nav.system')}>
      <SystemBody />
    </NeedsAdminMode>
  );
}

function SystemBody() {
  useTitle(t('nav.system'));
  const now = useNow(5_000);
  const { data, error, isFetching, refetch } = useQuery(doctor);
  return (
    <>
      <PageHead
        title={t('nav.system')}
        acts={
          <Button online working={isFetching} onClick={() => void refetch()}>
            {!isFetching && <RotateCw aria-hidden="true" />}
            {t('system.again')}
          </Button>
        }
      >
        {data ? answerOf(data.checks) : t('system.looking')}
      </PageHead>
      <div className={css['split']}>
        <Section title={t('system.checks')} note={data && t('system.at', { when: ago(data.at, now) })}>
          {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
          {!data && !error && <Skeleton rows={8} height={52} />}
          {data && (
            <ul className={`card ${css['checks']} ${isFetching ? css['stale'] : ''}`} aria-busy={isFetching}>
              {byWeight(data.checks).map((check) => (
                <CheckRow key={check.id} check={check} />
              ))}
            </ul>
          )}
        </Section>
        <BackupList />
      </div>
    </>
  );
}

function CheckRow({ check }: { check: Check }) {
  return (
    <li className={css['check']} data-check={check.id} data-state={check.state}>
      <span className={css['mark']}>
        <StateMark mark={MARKS[check.state]} />
        <span className="vh">{t(`system.state_${check.state}`)}</span>
      </span>
      <b>{check.title}</b>
      <div className={css['said']}>
        <p className={check.state === 'off' ? 'meta' : ''}>{check.sentence}</p>
        {check.next_step && <p className={css['next']}>{check.next_step}</p>}
      </div>
    </li>
  );
}

function answerOf(checks: readonly Check[]): string {
  const fails = numberOf(checks, 'fail');
  const warns = numberOf(checks, 'warn');
  if (fails === 0 && warns === 0) return count('system.all_well', numberOf(checks, 'ok'));
  const told = [fails > 0 && count('system.n_fail', fails), warns > 0 && count('system.n_warn', warns)].filter((each) => each !== false);
  return t('system.answer', { told: told.join(', ') });
}
