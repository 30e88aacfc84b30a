import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, ScrollText } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';

import { call, sentenceOf } from '../../../api/client';
import { cache, jobs as jobsQuery } from '../../../api/queries';
import type { JobView, Me } from '../../../api/types';
import { replaced } from '../../../events';
import { Button, buttonClass } from '../../../parts/Button';
import { Empty, Note, PageHead, Skeleton } from '../../../parts/Surface';
import { say } from '../../../parts/Toasts';
import { count, t } from '../../../words';
import { CloseTerminal } from './CloseTerminal';
import { Tabs } from './Tabs';
import { besideTab, shownTab, tabsOf } from './tabs';
import css from './Terminal.module.css';
import { TerminalView } from './TerminalView';
import { useRoom } from './useRoom';

/** The terminals that are open, one tab each. */
export function Terminals({ me }: { me: Me }) {
  const { data: jobs, error, refetch } = useQuery(jobsQuery);
  const { open } = useSearch({ from: '/inside/admin/terminal' });
  const navigate = useNavigate();
  const [seen, see] = useState<ReadonlySet<number>>(new Set());
  const [closing, close] = useState<JobView | null>(null);
  const tabs = tabsOf(jobs ?? [], seen);
  const shown = shownTab(tabs, open);
  const go = useCallback((id: number | undefined) => void navigate({ to: '/admin/terminal', search: id === undefined ? {} : { open: id }, replace: true }), [navigate]);
  const start = useMutation({
    mutationFn: () => call<{ job: JobView }>('POST', '/terminals', {}),
    onSuccess: ({ job }) => {
      cache.setQueryData(jobsQuery.queryKey, (list) => list && replaced(list, job, 'start'));
      go(job.id);
      // A list that was asked for before would come without it.
      void cache.invalidateQueries({ queryKey: jobsQuery.queryKey });
    },
    onError: (failure) => say(sentenceOf(failure), 'failed'),
  });
  // A tab that was looked at stays as it is, and keeps its lines, until it is closed.
  const id = shown?.id;
  useEffect(() => {
    if (id === undefined) return;
    see((before) => (before.has(id) ? before : new Set([...before, id])));
    if (open === undefined) go(id);
  }, [id, open, go]);
  const put = (tab: JobView) => {
    if (tab.state === 'running') close(tab);
    else forget(tab);
  };
  const forget = (tab: JobView) => {
    go(besideTab(tabs, tab.id)?.id);
    see((before) => new Set([...before].filter((id) => id !== tab.id)));
  };
  const frame = useRef<HTMLElement>(null);
  useRoom(frame, shown !== undefined);
  const locked = me.scope !== 'admin';
  return (
    <div data-wide={shown ? '' : undefined}>
      <PageHead
        title={t('nav.terminal')}
        acts={
          <>
            {shown && (
              <Link to="/activity/job/$job" params={{ job: String(shown.id) }} className={buttonClass({})}>
                <ScrollText aria-hidden="true" />
                {t('terminal.transcript')}
              </Link>
            )}
            <Button look={tabs.length === 0 ? 'primary' : 'default'} online working={start.isPending} onClick={() => start.mutate()}>
              <Plus aria-hidden="true" />
              {t('terminal.open')}
            </Button>
          </>
        }
      >
        {jobs ? (tabs.length > 0 ? count('terminal.answer', tabs.filter((tab) => tab.state === 'running').length) : t('terminal.answer_none')) : ' '}
      </PageHead>
      {error && !jobs && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!jobs && !error && <Skeleton height={480} />}
      {jobs && shown === undefined && (
        <Empty title={t('terminal.none')}>{t('terminal.none_text')}</Empty>
      )}
      {shown && (
        <section ref={frame} className={`card ${css['frame']}`} aria-label={t('nav.terminal')}>
          <Tabs tabs={tabs} shown={shown.id} me={me} onShow={go} onClose={put} />
          {tabs
            .filter((tab) => tab.id === shown.id || seen.has(tab.id))
            .map((tab) => (
              <TerminalView key={tab.id} job={tab} shown={tab.id === shown.id} locked={locked} onOpen={() => start.mutate()} />
            ))}
        </section>
      )}
      {closing && <CloseTerminal job={closing} me={me} onClose={() => close(null)} onClosed={() => forget(closing)} />}
    </div>
  );
}
