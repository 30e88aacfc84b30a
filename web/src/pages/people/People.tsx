import '../../words/people';

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';

import { AdminsOnly } from '../../app/AdminsOnly';
import { people as peopleQuery, session } from '../../api/queries';
import { sentenceOf } from '../../api/client';
import type { FreshLink, Me, PeopleView, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Note, PageHead, Skeleton } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { count, rich, t } from '../../words';
import { AddPerson } from './AddPerson';
import { Invites } from './Invites';
import { LinkDialog } from './LinkDialog';
import css from './People.module.css';
import { PeopleTable } from './PeopleTable';
import { PersonPanel } from './PersonPanel';
import { RemovePerson } from './RemovePerson';
import { RosterNote } from './RosterNote';
import { usePersonActs } from './usePersonActs';

/** Who may enter the studio. The roster file is the list; this page shows it and edits it. */
export function People() {
  return (
    <AdminsOnly>
      <RosterPage />
    </AdminsOnly>
  );
}

function RosterPage() {
  useTitle(t('nav.people'));
  const { data: me } = useQuery(session);
  const { data, error, refetch } = useQuery(peopleQuery);
  const navigate = useNavigate();
  const { add } = useSearch({ from: '/inside/people' });
  const open = (wanted: boolean) => void navigate({ to: '/people', search: wanted ? { add: true } : {}, replace: true });
  return (
    <>
      <PageHead
        title={t('nav.people')}
        acts={
          <Button look="primary" online onClick={() => open(true)}>
            <UserPlus aria-hidden="true" />
            {t('people.add')}
          </Button>
        }
      >
        {data ? <Answer view={data} /> : ' '}
      </PageHead>
      {data && !data.roster.ok && <RosterNote roster={data.roster} />}
      {error && !data && (
        <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />
      )}
      {!data && !error && <Skeleton height={420} />}
      {data && me && <Roster view={data} me={me} adding={add ?? false} onAdd={open} />}
    </>
  );
}

function Answer({ view }: { view: PeopleView }) {
  const here = view.people.filter((person) => person.state === 'here').length;
  const invited = view.people.filter((person) => person.state === 'invited').length;
  return rich('people.answer', {
    all: count('people.on_roster', view.people.length),
    here: t('people.here_now', { count: here }),
    invited: invited > 0 ? t('people.and_invited', { count: invited }) : '',
    path: <span className="mono">{view.roster.path}</span>,
  });
}

function Roster({ view, me, adding, onAdd }: { view: PeopleView; me: Me; adding: boolean; onAdd: (open: boolean) => void }) {
  const [chosen, choose] = useState<number | null>(null);
  const [removing, remove] = useState<PersonView | null>(null);
  const [links, setLinks] = useState<Record<number, FreshLink>>({});
  const [shown, show] = useState<PersonView | null>(null);
  const keepLink = (person: PersonView, link: FreshLink) => {
    setLinks((before) => ({ ...before, [person.id]: link }));
    show(person);
  };
  const acts = usePersonActs(keepLink, remove);
  const person = view.people.find((each) => each.id === chosen) ?? null;
  const waiting = view.people.filter((each) => each.state === 'invited' || each.state === 'not_invited');
  const side = person !== null || waiting.length > 0;
  return (
    <>
      <div className={side ? css['split'] : ''}>
        <PeopleTable people={view.people} me={me} chosen={chosen} onChoose={choose} acts={acts} />
        {side && (
          <aside className={css['aside']} aria-label={t('people.details')}>
            {person && <PersonPanel key={person.id} person={person} me={me} acts={acts} onClose={() => choose(null)} />}
            {waiting.length > 0 && <Invites people={waiting} links={links} acts={acts} />}
          </aside>
        )}
      </div>
      <AddPerson open={adding} onClose={() => onAdd(false)} onAdded={(made, link) => setLinks((before) => ({ ...before, [made.id]: link }))} />
      <RemovePerson person={removing} onClose={() => remove(null)} />
      <LinkDialog person={shown} link={shown ? (links[shown.id] ?? null) : null} onClose={() => show(null)} />
    </>
  );
}
