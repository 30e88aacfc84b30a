import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';

import type { FreshLink, Me, PeopleView, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Empty } from '../../parts/Surface';
import { useMedia } from '../../parts/useMedia';
import { t } from '../../words';
import { AddPerson } from './AddPerson';
import { Asked, type Asking } from './Asked';
import { Filters } from './Filters';
import { Invites } from './Invites';
import { LinkDialog } from './LinkDialog';
import css from './People.module.css';
import { PeopleTable } from './PeopleTable';
import { PersonBody } from './PersonBody';
import { NARROW, PersonPanel } from './PersonPanel';
import { person as personQuery } from './queries';
import { usePersonActs } from './usePersonActs';
import { filtered, type Wanted, wanting } from './wanted';

interface RosterProps {
  view: PeopleView;
  me: Me;
  wanted: Wanted;
  adding: boolean;
  stale: boolean;
  onWant: (wanted: Wanted, adding?: boolean) => void;
  onMore: () => void;
}

/** The filters, the people they let through, and beside them one person and who waits. */
export function Roster({ view, me, wanted, adding, stale, onWant, onMore }: RosterProps) {
  const [asking, ask] = useState<Asking | null>(null);
  const [made, setMade] = useState<{ person: PersonView; link: FreshLink }[]>([]);
  const [shown, show] = useState<number | null>(null);
  const narrow = useMedia(NARROW);
  const keep = useCallback((person: PersonView, link: FreshLink) => setMade((before) => [{ person, link }, ...before.filter((each) => each.person.id !== person.id)]), []);
  const keepAndShow = useCallback(
    (person: PersonView, link: FreshLink) => {
      keep(person, link);
      show(person.id);
    },
    [keep],
  );
  const acts = usePersonActs(keepAndShow, ask);
  const chosen = useChosen(wanted.person, view.people);
  const linked = made.find(({ person }) => person.id === shown) ?? null;
  const covered = asking !== null || linked !== null || adding;
  const waits = view.counts.invited + view.counts.not_invited > 0;
  const aside = !narrow && (chosen !== null || waits);
  const panel = chosen && (
    <PersonPanel key={chosen.id} person={chosen} covered={covered} onClose={() => onWant(wanting(wanted, { person: undefined }))}>
      <PersonBody person={chosen} me={me} link={made.find(({ person }) => person.id === chosen.id)?.link} acts={acts} />
    </PersonPanel>
  );
  return (
    <>
      <div className={aside ? css['split'] : ''}>
        <div className={css['list']}>
          <Filters wanted={wanted} counts={view.counts} onWant={onWant} />
          {view.total > 0 ? (
            <PeopleTable people={view.people} total={view.total} me={me} chosen={chosen?.id ?? null} stale={stale} onChoose={(id) => onWant(wanting(wanted, { person: id ?? undefined }))} onMissing={onMore} acts={acts} />
          ) : (
            <Nobody wanted={wanted} onWant={onWant} />
          )}
        </div>
        {aside && (
          <aside className={css['aside']} aria-label={t('people.details')}>
            {panel}
            {waits && <Invites counts={view.counts} made={made} acts={acts} onState={(state) => onWant({ state })} />}
          </aside>
        )}
      </div>
      {narrow && panel}
      <AddPerson open={adding} onClose={() => onWant(wanted)} onAdded={keep} />
      <Asked asking={asking} onClose={() => ask(null)} />
      <LinkDialog person={linked?.person ?? null} link={linked?.link ?? null} onClose={() => show(null)} />
    </>
  );
}

/** The person whose number stands in the address, on the list or not; `null` for nobody. */
function useChosen(id: number | undefined, people: readonly PersonView[]): PersonView | null {
  const { data } = useQuery({ ...personQuery(id ?? 0), enabled: id !== undefined, retry: false });
  if (id === undefined) return null;
  return people.find((person) => person.id === id) ?? data?.person ?? null;
}

function Nobody({ wanted, onWant }: { wanted: Wanted; onWant: (wanted: Wanted, adding?: boolean) => void }) {
  if (filtered(wanted)) {
    return (
      <Empty title={t('people.nobody_fits')} act={<Button onClick={() => onWant({})}>{t('people.show_all')}</Button>}>
        {t('people.nobody_fits_text')}
      </Empty>
    );
  }
  return (
    <Empty title={t('people.nobody')} act={<Button look="primary" online onClick={() => onWant(wanted, true)}>{t('people.add')}</Button>}>
      {t('people.nobody_text')}
    </Empty>
  );
}
