import type { RosterView } from '../../api/types';
import { Note } from '../../parts/Surface';
import { StateMark } from '../../parts/StateMark';
import { t } from '../../words';
import css from './RosterNote.module.css';

/** The roster file cannot be read: the last good list stays in force until it is mended. */
export function RosterNote({ roster }: { roster: RosterView }) {
  const place = roster.line === null ? roster.path : t(roster.column === null ? 'people.roster_line' : 'people.roster_place', { path: roster.path, line: roster.line, column: roster.column ?? 0 });
  return (
    <div className={css['note']}>
      <Note look="failed" title={<StateMark mark="failed">{t('people.roster_broken')}</StateMark>}>
        <span className="mono">{place}</span>
        {roster.sentence && <p>{roster.sentence}</p>}
        <p>{t('people.roster_text')}</p>
      </Note>
    </div>
  );
}
