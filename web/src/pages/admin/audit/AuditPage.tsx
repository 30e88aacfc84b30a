import '../../../words/adminAudit';

import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';

import { call, sentenceOf } from '../../../api/client';
import { Button, buttonClass } from '../../../parts/Button';
import { End } from '../../../parts/End';
import { NeedsAdminMode } from '../../../parts/NeedsAdminMode';
import { Empty, Note, PageHead, Skeleton } from '../../../parts/Surface';
import { ago, useNow } from '../../../parts/time';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';
import css from './Audit.module.css';
import { EntryRow } from './EntryRow';
import { Filters } from './Filters';
import { queryOf, type Trail, wantedOf } from './model';
import type { AuditSearch } from './wanted';

const AGAIN_MS = 15_000;

const trail = (wanted: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam }) => {
      const query = queryOf(wanted);
      if (pageParam !== null) query.set('before', String(pageParam));
      return call<Trail>('GET', `/audit?${query.toString()}`);
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchOnMount: 'always',
    // A longer list is not fetched again and again for what comes at its beginning.
    refetchInterval: ({ state: { data } }) => ((data?.pages.length ?? 0) < 2 ? AGAIN_MS : false),
  });

/** Who did what, and when. */
export function AuditPage() {
  return (
    <NeedsAdminMode title={t('nav.audit')}>
      <TrailPage />
    </NeedsAdminMode>
  );
}

function TrailPage() {
  useTitle(t('nav.audit'));
  const wanted = wantedOf(useSearch({ from: '/inside/admin/audit' }));
  const navigate = useNavigate();
  const now = useNow(20_000);
  const list = useInfiniteQuery(trail(wanted));
  const [open, show] = useState<number | null>(null);
  const pages = list.data?.pages;
  const entries = pages?.flatMap((page) => page.entries);
  const filtered = Object.keys(wanted).length > 0;
  const want = (next: AuditSearch) => void navigate({ to: '/admin/audit', search: next, replace: true, resetScroll: false });
  const newest = entries?.[0];
  return (
    <>
      <PageHead
        title={t('nav.audit')}
        acts={
          <a className={buttonClass({})} href={`/api/v1/audit/csv?${queryOf(wanted).toString()}`} download>
            <Download aria-hidden="true" />
            {t('audit.csv')}
          </a>
        }
      >
        {newest && !filtered ? t('audit.answer', { name: newest.by, when: ago(newest.at, now) }) : t('audit.about')}
      </PageHead>
      <Filters wanted={wanted} actions={pages?.[0]?.actions ?? []} people={pages?.[0]?.people ?? []} onWant={want} />
      {list.error && !entries && <Note look="failed" title={sentenceOf(list.error)} end={<Button size="s" onClick={() => void list.refetch()}>{t('common.try_again')}</Button>} />}
      {!entries && !list.error && <Skeleton rows={8} height={48} />}
      {entries?.length === 0 && (
        <Empty title={t(filtered ? 'audit.no_fit' : 'audit.none')} act={filtered && <Button onClick={() => want({})}>{t('audit.show_all')}</Button>}>
          {t(filtered ? 'audit.no_fit_text' : 'audit.none_text')}
        </Empty>
      )}
      {entries && entries.length > 0 && (
        <>
          <div className={`card ${css['list']} ${list.isPlaceholderData ? css['stale'] : ''}`}>
            <div className={css['titles']} aria-hidden="true">
              <span>{t('audit.when')}</span>
              <span>{t('audit.who')}</span>
              <span>{t('audit.what')}</span>
              <span>{t('audit.subject')}</span>
            </div>
            <ol aria-label={t('nav.audit')}>
              {entries.map((entry) => (
                <EntryRow key={entry.id} entry={entry} now={now} open={open === entry.id} onOpen={(next) => show(next ? entry.id : null)} wanted={wanted} onWant={want} />
              ))}
            </ol>
          </div>
          <End busy={list.isFetching || !list.hasNextPage || list.isFetchNextPageError} onNear={() => void list.fetchNextPage()}>
            {list.isFetchNextPageError ? (
              <Button size="s" onClick={() => void list.fetchNextPage()}>
                {t('common.try_again')}
              </Button>
            ) : (
              t(list.hasNextPage ? 'audit.more' : 'audit.end')
            )}
          </End>
        </>
      )}
    </>
  );
}
