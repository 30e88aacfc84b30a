import { Ellipsis } from 'lucide-react';
import { memo } from 'react';

import type { Me, PersonView } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Badge } from '../../parts/Badge';
import { IconButton } from '../../parts/IconButton';
import { Menu } from '../../parts/Menu';
import { StateMark } from '../../parts/StateMark';
import { ago, capital } from '../../parts/time';
import { count, t } from '../../words';
import css from './PeopleTable.module.css';
import { personEntries } from './personEntries';
import type { PersonActs } from './usePersonActs';
import { personMark, personWord } from './words';

interface RowProps {
  person: PersonView;
  index: number;
  now: number;
  me: Me;
  on: boolean;
  onChoose: (id: number | null) => void;
  onFocus: (index: number) => void;
  acts: PersonActs;
}

/** One person in the roster. */
export const PersonRow = memo(function PersonRow({ person, index, now, me, on, onChoose, onFocus, acts }: RowProps) {
  return (
    <tr className={on ? css['on'] : ''} data-person={person.name} aria-rowindex={index + 2}>
      <td>
        <button type="button" className={css['name']} aria-pressed={on} onClick={() => onChoose(on ? null : person.id)} onFocus={() => onFocus(index)} title={person.name}>
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
});
