import { Ellipsis } from 'lucide-react';

import type { Me, PersonView } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Badge } from '../../parts/Badge';
import { IconButton } from '../../parts/IconButton';
import { Menu } from '../../parts/Menu';
import { StateMark } from '../../parts/StateMark';
import { ago, capital, useNow } from '../../parts/time';
import { count, t } from '../../words';
import css from './PeopleTable.module.css';
import { personEntries } from './personEntries';
import type { PersonActs } from './usePersonActs';
import { personMark, personWord } from './words';

interface TableProps {
  people: PersonView[];
  me: Me;
  chosen: number | null;
  onChoose: (id: number | null) => void;
  acts: PersonActs;
}

/** The roster, one person a row. A phone keeps the name and the state. */
export function PeopleTable({ people, ...rest }: TableProps) {
  const now = useNow(20_000);
  return (
    <div className={`card ${css['frame']}`}>
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">{t('people.name')}</th>
            <th scope="col" className={`hide-p ${css['role']}`}>{t('people.role')}</th>
            <th scope="col" className={css['state']}>{t('people.state')}</th>
            <th scope="col" className={`hide-p ${css['devices']}`}>{t('people.devices')}</th>
            <th scope="col" className={`hide-p ${css['seen']}`}>{t('people.seen')}</th>
            <th scope="col" className={css['more']}>
              <span className="vh">{t('people.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <Row key={person.id} person={person} now={now} {...rest} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ person, now, me, chosen, onChoose, acts }: Omit<TableProps, 'people'> & { person: PersonView; now: number }) {
  const on = chosen === person.id;
  return (
    <tr className={on ? css['on'] : ''} data-person={person.name}>
      <td>
        <button type="button" className={css['name']} aria-pressed={on} onClick={() => onChoose(on ? null : person.id)} title={person.name}>
          <Avatar name={person.name} />
          <b className="el">{person.name}</b>
          {person.id === me.id && <span className="meta hide-p">{t('people.you')}</span>}
        </button>
      </td>
      <td className="hide-p">{person.role === 'admin' ? <Badge look="accent">{t('people.admin')}</Badge> : <span className="dim">{t('people.artist')}</span>}</td>
      <td>
        <StateMark mark={personMark(person.state)} plain>
          {personWord(person.state)}
        </StateMark>
      </td>
      <td className="dim hide-p">{person.devices > 0 ? count('people.n_devices', person.devices) : t('common.none')}</td>
      <td className="dim hide-p">{person.state === 'here' ? t('people.now') : person.seen_at === null ? t('common.none') : capital(ago(person.seen_at, now))}</td>
      <td className={css['cell']}>
        <Menu
          entries={personEntries(person, me, acts)}
          trigger={
            <IconButton label={t('people.more', { name: person.name })}>
              <Ellipsis />
            </IconButton>
          }
        />
      </td>
    </tr>
  );
}
