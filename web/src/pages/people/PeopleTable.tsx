import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

import type { Me, PersonView } from '../../api/types';
import { useMedia } from '../../parts/useMedia';
import { useNow } from '../../parts/time';
import { t } from '../../words';
import { useStretch } from '../outputs/useStretch';
import css from './PeopleTable.module.css';
import { PersonRow } from './PersonRow';
import { drawnRows } from './rows';
import type { PersonActs } from './usePersonActs';

/** Rows beyond the screen that are drawn ahead, in pixels. */
const AHEAD = 480;
const STEPS: Record<string, (at: number, total: number) => number> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + 10,
  PageUp: (at) => at - 10,
  Home: () => 0,
  End: (_, total) => total - 1,
};

interface TableProps {
  /** The people that are known so far, of `total`. */
  people: readonly PersonView[];
  total: number;
  me: Me;
  chosen: number | null;
  /** A newer list is on its way. */
  stale: boolean;
  onChoose: (id: number | null) => void;
  /** Called while rows are on the screen whose people are not known yet. */
  onMissing: () => void;
  acts: PersonActs;
}

/** The roster, one person a row, of which only those on the screen are drawn. A phone keeps the name and the state. */
export function PeopleTable({ people, total, me, chosen, stale, onChoose, onMissing, acts }: TableProps) {
  const now = useNow(20_000);
  const body = useRef<HTMLTableSectionElement>(null);
  const stretch = useStretch(body, total);
  const phone = useMedia('(max-width: 720px)');
  const height = phone ? 56 : 48;
  const columns = phone ? 3 : 6;
  const [at, setAt] = useState(-1);
  const { rows, rest } = drawnRows(total, height, stretch.top - AHEAD, stretch.bottom + AHEAD, at);
  const missing = rows.some(({ index }) => index >= people.length);
  useEffect(() => {
    if (missing) onMissing();
  });
  const focus = useRef(false);
  useEffect(() => {
    if (!focus.current) return;
    focus.current = false;
    body.current?.querySelector<HTMLElement>(`[aria-rowindex="${at + 2}"] button`)?.focus();
  }, [at]);
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || !(event.target instanceof HTMLElement) || event.target.getAttribute('aria-pressed') === null) return;
    event.preventDefault();
    focus.current = true;
    setAt(Math.max(0, Math.min(people.length - 1, step(at, people.length))));
  };
  return (
    <div className={`card ${css['frame']}`}>
      <table className={`${css['table']} ${stale ? css['stale'] : ''}`} aria-rowcount={total + 1} aria-busy={stale || missing}>
        <thead>
          <tr aria-rowindex={1}>
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
        <tbody ref={body} onKeyDown={move}>
          {rows.flatMap(({ index, gap }) => {
            const person = people[index];
            return [
              gap > 0 && <Gap key={`before ${index}`} height={gap * height} columns={columns} />,
              person ? (
                <PersonRow key={person.id} person={person} index={index} now={now} me={me} on={chosen === person.id} onChoose={onChoose} onFocus={setAt} acts={acts} />
              ) : (
                <Bone key={`row ${index}`} index={index} columns={columns} />
              ),
            ];
          })}
          {rest > 0 && <Gap height={rest * height} columns={columns} />}
        </tbody>
      </table>
    </div>
  );
}

/** The room of rows that are not drawn. */
function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden="true" className={css['gap']}>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

/** A row whose person is on the way. */
function Bone({ index, columns }: { index: number; columns: number }) {
  return (
    <tr aria-rowindex={index + 2}>
      <td colSpan={columns}>
        <i className={css['bone']} />
      </td>
    </tr>
  );
}
