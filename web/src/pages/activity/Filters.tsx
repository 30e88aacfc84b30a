import type { RefObject } from 'react';

import type { LogEntry } from '../../api/types';
import { Chip, FilterBar, TextFilter } from '../../parts/Filter';
import { Menu } from '../../parts/Menu';
import { t } from '../../words';
import { ENDED, KINDS, SINCE, type Wanted } from './wanted';

interface FiltersProps {
  wanted: Wanted;
  onWant: (wanted: Wanted) => void;
  field: RefObject<HTMLInputElement | null>;
  /** Who can be told apart. */
  people: readonly string[];
  logs: readonly LogEntry[];
}

const MOST_LOGS = 40;

/** Look through all logs, or narrow down what ran. */
export function Filters({ wanted, onWant, field, people, logs }: FiltersProps) {
  const put = (part: Wanted, ...away: (keyof Wanted)[]) => onWant(without({ ...wanted, ...part }, ...away));
  return (
    <FilterBar>
      <TextFilter
        text={wanted.text ?? ''}
        field={field}
        placeholder={t('activity.search')}
        label={t('activity.search')}
        onText={(text) => (text.trim() === '' ? onWant({}) : onWant({ ...without(wanted, 'kind', 'ended', 'who'), text }))}
      />
      {wanted.text === undefined ? (
        <>
          <Choice name="kind" options={KINDS.map((kind) => [kind, t(`activity.kind_${kind}`)])} wanted={wanted} onPut={put} />
          <Choice name="ended" options={ENDED.map((ended) => [ended, t(`activity.ended_${ended}`)])} wanted={wanted} onPut={put} />
          {people.length > 1 && <Choice name="who" options={people.map((name) => [name, name])} wanted={wanted} onPut={put} />}
        </>
      ) : (
        <>
          {logs.length > 1 && <Choice name="log" options={logs.slice(0, MOST_LOGS).map((log) => [log.log, log.title])} wanted={wanted} onPut={put} />}
          <Choice name="since" options={SINCE.map((since) => [since, t(`activity.since_${since}`)])} wanted={wanted} onPut={put} />
          <Choice name="exact" options={[['true', t('activity.exact_on')]]} wanted={wanted} onPut={put} />
        </>
      )}
    </FilterBar>
  );
}

function without(wanted: Wanted, ...names: (keyof Wanted)[]): Wanted {
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !names.includes(name as keyof Wanted))) as Wanted;
}

type ChoiceName = 'kind' | 'ended' | 'who' | 'log' | 'since' | 'exact';

interface ChoiceProps {
  name: ChoiceName;
  options: (readonly [value: string, name: string])[];
  wanted: Wanted;
  onPut: (part: Wanted, ...away: (keyof Wanted)[]) => void;
}

/** One of a few, or any. */
function Choice({ name, options, wanted, onPut }: ChoiceProps) {
  const value = wanted[name] === undefined ? '' : String(wanted[name]);
  const chosen = options.find(([each]) => each === value)?.[1] ?? value;
  return (
    <Chip on={value !== ''} name={value === '' ? t(`activity.${name}`) : chosen} clear={t(`activity.${name}_any`)} onClear={() => onPut({}, name)}>
      {(trigger) => (
        <Menu
          align="start"
          trigger={trigger}
          entries={[
            {
              label: t(`activity.${name}`),
              value,
              options: [['', t(`activity.${name}_any`)], ...options],
              onChoose: (next) => (next === '' ? onPut({}, name) : onPut({ [name]: name === 'exact' ? true : next } as Wanted)),
              closes: true,
            },
          ]}
        />
      )}
    </Chip>
  );
}
