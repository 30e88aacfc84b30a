import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { sentenceOf } from '../../api/client';
import type { FreshLink, Me, PersonDetail, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { firstName } from '../../parts/names';
import { StateMark } from '../../parts/StateMark';
import { Note, Skeleton } from '../../parts/Surface';
import { ago, capital, useNow } from '../../parts/time';
import { t } from '../../words';
import { DeviceRow } from '../access/DeviceRow';
import { byUse } from '../access/devices';
import { TokenRow } from '../access/TokenRow';
import { Grants } from './Grants';
import css from './PersonPanel.module.css';
import { person as personQuery } from './queries';
import { ShownLink } from './ShownLink';
import type { PersonActs } from './usePersonActs';
import { personMark, personWord, waits } from './words';

interface BodyProps {
  person: PersonView;
  me: Me;
  /** A link for this person that was made on this page. */
  link: FreshLink | undefined;
  acts: PersonActs;
}

/** One person: how they stand, what they hold, and what an admin can do about it. */
export function PersonBody({ person: listed, me, link, acts }: BodyProps) {
  const { data, error, refetch } = useQuery(personQuery(listed.id));
  const person = data?.person ?? listed;
  const now = useNow(20_000);
  return (
    <>
      <dl className={css['facts']}>
        <Fact name={t('people.state')}>
          <StateMark mark={personMark(person.state)} plain>
            {personWord(person.state)}
          </StateMark>
        </Fact>
        <Fact name={t('people.seen')}>{person.seen_at === null ? t('people.never') : capital(ago(person.seen_at, now))}</Fact>
        <Fact name={t('people.folder')}>
          <span className="mono" title={person.folder}>{person.folder}</span>
        </Fact>
      </dl>
      {link && <ShownLink link={link} label={t('people.link_of', { name: person.name })} now={now} />}
      <Acts person={person} me={me} acts={acts} />
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton rows={3} height={44} />}
      {data && <Holds data={data} now={now} acts={acts} />}
      <Leave person={person} me={me} acts={acts} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="el">{children}</dd>
    </div>
  );
}

function Acts({ person, me, acts }: Omit<BodyProps, 'link'>) {
  return (
    <div className={css['acts']}>
      {person.state !== 'disabled' && (
        <Button size="s" online working={acts.linking === person.id} onClick={() => acts.link(person)}>
          {t(waits(person.state) ? 'people.make_link' : 'people.reset_link')}
        </Button>
      )}
      <Button size="s" online onClick={() => acts.rename(person)}>
        {t('people.rename_ask')}
      </Button>
      {person.id !== me.id && (
        <Button size="s" online onClick={() => acts.promote(person, person.role !== 'admin')}>
          {t(person.role === 'admin' ? 'people.make_artist' : 'people.make_admin')}
        </Button>
      )}
    </div>
  );
}

/** What is open in this person's name, and into which tools they may. */
function Holds({ data, now, acts }: { data: PersonDetail; now: number; acts: PersonActs }) {
  const { person, sessions, tokens, tools, identity } = data;
  return (
    <>
      <Part title={t('people.devices')} end={sessions.length > 0 && <Button size="s" online onClick={() => acts.signOut(person, sessions.length)}>{t('people.sign_out_ask')}</Button>}>
        {sessions.length > 0 ? (
          <ul>
            {byUse(sessions).map((device) => (
              <DeviceRow key={device.id} device={device} now={now} />
            ))}
          </ul>
        ) : (
          <p className="meta">{t('people.no_devices')}</p>
        )}
      </Part>
      {tools.length > 0 && (
        <Part title={t('people.tools')}>
          <Grants person={person} tools={tools} onChange={acts.grant} />
        </Part>
      )}
      {tokens.length > 0 && (
        <Part title={t('account.tokens')}>
          <ul>
            {tokens.map((token) => (
              <TokenRow key={token.id} token={token} now={now} onRevoke={() => acts.revoke(token)} />
            ))}
          </ul>
        </Part>
      )}
      {identity && (
        <Part title={t('people.identity')} end={<Button size="s" online onClick={() => acts.unlink(person, identity.issuer)}>{t('people.unlink_ask')}</Button>}>
          <p className="meta el" title={identity.issuer}>{t('people.identity_line', { issuer: identity.issuer, when: ago(identity.created_at, now) })}</p>
        </Part>
      )}
    </>
  );
}

function Part({ title, end, children }: { title: string; end?: ReactNode; children: ReactNode }) {
  return (
    <section className={css['part']}>
      <div className={css['head']}>
        <h3>{title}</h3>
        {end}
      </div>
      {children}
    </section>
  );
}

function Leave({ person, me, acts }: Omit<BodyProps, 'link'>) {
  if (person.id === me.id) return <p className="meta">{t('people.self_text')}</p>;
  const disabled = person.state === 'disabled';
  return (
    <div className={css['leave']}>
      <div className={css['acts']}>
        <Button size="s" look={disabled ? 'default' : 'risky'} online onClick={() => acts.disable(person, !disabled)}>
          {t(disabled ? 'people.enable_name' : 'people.disable_name', { name: firstName(person.name) })}
        </Button>
        <Button size="s" look="risky" online onClick={() => acts.remove(person)}>
          {t('people.remove_ask')}
        </Button>
      </div>
      <p className="meta">{t(disabled ? 'people.enable_text' : 'people.disable_text')}</p>
    </div>
  );
}
