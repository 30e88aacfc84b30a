import { useState } from 'react';

import type { FreshLink, PersonView } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Button } from '../../parts/Button';
import { CopyLine } from '../../parts/CopyLine';
import { Section } from '../../parts/Surface';
import { until, useNow } from '../../parts/time';
import { count, t } from '../../words';
import css from './Invites.module.css';
import type { PersonActs } from './usePersonActs';

const FEW = 4;

function rank(person: PersonView, links: Record<number, FreshLink>): number {
  if (links[person.id]) return 0;
  return person.state === 'invited' ? 1 : 2;
}

/** Who has not entered yet. A link is shown only to the page that made it. */
export function Invites({ people, links, acts }: { people: PersonView[]; links: Record<number, FreshLink>; acts: PersonActs }) {
  const now = useNow(20_000);
  const [all, showAll] = useState(false);
  const open = people.filter((person) => person.state === 'invited').length;
  // Whoever has a link stands first; a long roster without links is one press away.
  const ordered = [...people].sort((one, other) => rank(one, links) - rank(other, links));
  const few = Math.max(FEW, ordered.filter((person) => rank(person, links) < 2).length);
  const shown = all ? ordered : ordered.slice(0, few);
  return (
    <Section title={t('people.invites')} note={count('people.open_invites', open)}>
      <ul className={`card ${css['list']}`}>
        {shown.map((person) => {
          const link = links[person.id];
          return (
            <li key={person.id}>
              <div className={css['row']}>
                <Avatar name={person.name} />
                <div className={css['who']}>
                  <b className="el" title={person.name}>{person.name}</b>
                  <span className="meta">
                    {link ? t('people.works_until', { until: until(link.expires_at, now) }) : t(person.state === 'invited' ? 'people.link_out' : 'people.no_link')}
                  </span>
                </div>
                {!link && (
                  <Button size="s" online working={acts.linking === person.id} onClick={() => acts.link(person)} aria-label={t('people.make_link_for', { name: person.name })}>
                    {t(person.state === 'invited' ? 'people.new_link' : 'people.make_link')}
                  </Button>
                )}
              </div>
              {link && <CopyLine value={link.link} label={t('people.link_of', { name: person.name })} />}
            </li>
          );
        })}
        {shown.length < ordered.length && (
          <li>
            <Button size="s" look="quiet" onClick={() => showAll(true)}>
              {count('people.more_waiting', ordered.length - shown.length)}
            </Button>
          </li>
        )}
      </ul>
    </Section>
  );
}
