import { X } from 'lucide-react';

import type { Me, PersonView } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { StateMark } from '../../parts/StateMark';
import { ago, capital, useNow } from '../../parts/time';
import { firstName } from '../../parts/names';
import { count, t } from '../../words';
import css from './PersonPanel.module.css';
import type { PersonActs } from './usePersonActs';
import { personMark, personWord, waits } from './words';

/** One person: how they stand, and what an admin can do about it. */
export function PersonPanel({ person, me, acts, onClose }: { person: PersonView; me: Me; acts: PersonActs; onClose: () => void }) {
  const now = useNow(20_000);
  const self = person.id === me.id;
  const disabled = person.state === 'disabled';
  const short = firstName(person.name);
  return (
    <section className={`card ${css['panel']}`} aria-labelledby="person-name">
      <div className={css['top']}>
        <Avatar name={person.name} size="l" />
        <div className={css['who']}>
          <h2 id="person-name">{person.name}</h2>
          <span className="meta">{t(person.role === 'admin' ? 'people.admin' : 'people.artist')}</span>
        </div>
        <IconButton label={t('common.close')} onClick={onClose}>
          <X />
        </IconButton>
      </div>
      <dl className={css['facts']}>
        <div>
          <dt>{t('people.state')}</dt>
          <dd>
            <StateMark mark={personMark(person.state)} plain>
              {personWord(person.state)}
            </StateMark>
          </dd>
        </div>
        <div>
          <dt>{t('people.devices')}</dt>
          <dd>{person.devices > 0 ? count('people.n_devices', person.devices) : t('common.none')}</dd>
        </div>
        <div>
          <dt>{t('people.seen')}</dt>
          <dd>{person.seen_at === null ? t('people.never') : capital(ago(person.seen_at, now))}</dd>
        </div>
        <div>
          <dt>{t('people.folder')}</dt>
          <dd className="mono el" title={person.folder}>{person.folder}</dd>
        </div>
      </dl>
      <div className={css['acts']}>
        {!disabled && (
          <Button size="s" online working={acts.linking === person.id} onClick={() => acts.link(person)}>
            {t(waits(person.state) ? 'people.make_link' : 'people.reset_link')}
          </Button>
        )}
        {!self && (
          <Button size="s" online onClick={() => acts.promote(person, person.role !== 'admin')}>
            {t(person.role === 'admin' ? 'people.make_artist' : 'people.make_admin')}
          </Button>
        )}
      </div>
      {!self && (
        <div className={css['acts']}>
          <Button size="s" look={disabled ? 'default' : 'risky'} online onClick={() => acts.disable(person, !disabled)}>
            {t(disabled ? 'people.enable_name' : 'people.disable_name', { name: short })}
          </Button>
          <Button size="s" look="risky" online onClick={() => acts.remove(person)}>
            {t('people.remove_ask')}
          </Button>
        </div>
      )}
      <p className="meta">{t(self ? 'people.self_text' : disabled ? 'people.enable_text' : 'people.disable_text')}</p>
    </section>
  );
}
