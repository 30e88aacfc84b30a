import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { call } from '../../api/client';
import type { FreshLink, PeopleView, PersonState, PersonView } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Button } from '../../parts/Button';
import { CopyLine } from '../../parts/CopyLine';
import { Section } from '../../parts/Surface';
import { until, useNow } from '../../parts/time';
import { count, t } from '../../words';
import css from './Invites.module.css';
import type { PersonActs } from './usePersonActs';

const FEW = 4;

/** The first few who wait in a state. */
function useWaiting(state: PersonState, many: number): readonly PersonView[] {
  const { data } = useQuery({
    queryKey: ['people', 'waiting', state],
    queryFn: async () => (await call<PeopleView>('GET', `/people?state=${state}&limit=${FEW}`)).people,
    enabled: many > 0,
  });
  return many > 0 ? (data ?? []) : [];
}

interface InvitesProps {
  counts: PeopleView['counts'];
  /** The links that were made on this page, newest first. */
  made: readonly { person: PersonView; link: FreshLink }[];
  acts: PersonActs;
  onState: (state: PersonState) => void;
}

/** Who has not entered yet. A link is shown only to the page that made it. */
export function Invites({ counts, made, acts, onState }: InvitesProps) {
  const now = useNow(20_000);
  const invited = useWaiting('invited', counts.invited);
  const others = useWaiting('not_invited', counts.not_invited);
  const fresh = made.slice(0, FEW);
  const shown = [...invited, ...others].filter((person) => !fresh.some((each) => each.person.id === person.id)).slice(0, Math.max(1, FEW - fresh.length));
  const rest = counts.invited + counts.not_invited - fresh.filter(({ person }) => person.state === 'invited' || person.state === 'not_invited').length - shown.length;
  return (
    <Section title={t('people.invites')} note={count('people.open_invites', counts.invited)}>
      <ul className={`card ${css['list']}`}>
        {fresh.map(({ person, link }) => (
          <li key={person.id}>
            <Who person={person} said={t('people.works_until', { until: until(link.expires_at, now) })} />
            <CopyLine value={link.link} label={t('people.link_of', { name: person.name })} />
          </li>
        ))}
        {shown.map((person) => (
          <li key={person.id}>
            <Who person={person} said={t(person.state === 'invited' ? 'people.link_out' : 'people.no_link')}>
              <Button size="s" online working={acts.linking === person.id} onClick={() => acts.link(person)} aria-label={t('people.make_link_for', { name: person.name })}>
                {t(person.state === 'invited' ? 'people.new_link' : 'people.make_link')}
              </Button>
            </Who>
          </li>
        ))}
        {rest > 0 && (
          <li>
            <Button size="s" look="quiet" onClick={() => onState(counts.not_invited > 0 ? 'not_invited' : 'invited')}>
              {count('people.more_waiting', rest)}
            </Button>
          </li>
        )}
      </ul>
    </Section>
  );
}

function Who({ person, said, children }: { person: PersonView; said: string; children?: ReactNode }) {
  return (
    <div className={css['row']}>
      <Avatar name={person.name} />
      <div className={css['who']}>
        <b className="el" title={person.name}>{person.name}</b>
        <span className="meta">{said}</span>
      </div>
      {children}
    </div>
  );
}
