import '../../words/people';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { useCallback, useMemo } from 'react';

import { session } from '../../api/queries';
import { sentenceOf } from '../../api/client';
import type { PeopleView } from '../../api/types';
import { Button } from '../../parts/Button';
import { NeedsAdminMode } from '../../parts/NeedsAdminMode';
import { Note, PageHead, Skeleton } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { count, rich, t } from '../../words';
import css from './People.module.css';
import { roster as rosterQuery } from './queries';
import { Roster } from './Roster';
import { RosterNote } from './RosterNote';
import type { Wanted } from './wanted';

/** Who may enter the studio. The roster file is the list; this page shows it and edits it. */
export function People() {
  return (
    <NeedsAdminMode title={t('nav.people')}>
      <RosterPage />
    </NeedsAdminMode>
  );
}

function RosterPage() {
  useTitle(t('nav.people'));
  const { add, ...wanted } = useSearch({ from: '/inside/people' });
  const navigate = useNavigate();
  const { data: me } = useQuery(session);
  // Taken out here, not in a callback: only what is read while drawing is kept current.
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching, isFetchNextPageError, isPlaceholderData } = useInfiniteQuery(rosterQuery(wanted));
  const pages = data?.pages;
  const head = pages?.[0];
  const people = useMemo(() => pages?.flatMap((page) => page.people) ?? [], [pages]);
  const want = useCallback((next: Wanted, adding = false) => void navigate({ to: '/people', search: { ...next, ...(adding && { add: true }) }, replace: true, resetScroll: false }), [navigate]);
  return (
    <>
      <PageHead
        title={t('nav.people')}
        acts={
          <Button look="primary" online onClick={() => want(wanted, true)}>
            <UserPlus aria-hidden="true" />
            {t('people.add')}
          </Button>
        }
      >
        {head ? answerOf(head) : ' '}
      </PageHead>
      {head && !head.roster.ok && <RosterNote roster={head.roster} />}
      {error && !head && (
        <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />
      )}
      {!head && !error && <Skeleton height={420} />}
      {head && me && (
        <Roster
          view={{ ...head, people }}
          me={me}
          wanted={wanted}
          adding={add ?? false}
          stale={isPlaceholderData}
          onWant={want}
          onMore={() => hasNextPage && !isFetching && !isFetchNextPageError && void fetchNextPage()}
        />
      )}
      {isFetchNextPageError && (
        <div className={css['more']}>
          <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void fetchNextPage()}>{t('common.try_again')}</Button>} />
        </div>
      )}
    </>
  );
}

function answerOf({ counts, roster }: PeopleView) {
  return rich('people.answer', {
    all: count('people.on_roster', counts.all),
    here: t('people.here_now', { count: counts.here }),
    invited: counts.invited > 0 ? t('people.and_invited', { count: counts.invited }) : '',
    path: <span className="mono">{roster.path}</span>,
  });
}
