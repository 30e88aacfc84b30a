import type { PeopleView, PersonState } from '../../api/types';
import { t } from '../../words';
import { locale } from '../../words/language';
import css from './StateFilter.module.css';
import { STATES } from './wanted';
import { personWord } from './words';

interface StateProps {
  counts: PeopleView['counts'];
  state: PersonState | undefined;
  onState: (state: PersonState | undefined) => void;
}

/** How many stand how, and only those at a press. A state that nobody is in is left out. */
export function StateFilter({ counts, state, onState }: StateProps) {
  const shown = STATES.filter((each) => counts[each] > 0 || each === state);
  return (
    <div className={css['states']} role="group" aria-label={t('people.state')}>
      <One on={state === undefined} name={t('people.everybody')} many={counts.all} onPress={() => onState(undefined)} />
      {shown.map((each) => (
        <One key={each} on={state === each} name={personWord(each)} many={counts[each]} onPress={() => onState(state === each ? undefined : each)} />
      ))}
    </div>
  );
}

function One({ on, name, many, onPress }: { on: boolean; name: string; many: number; onPress: () => void }) {
  return (
    <button type="button" aria-pressed={on} onClick={onPress}>
      {name} <span className="num">{many.toLocaleString(locale)}</span>
    </button>
  );
}
