import { useId } from 'react';

import css from './Segments.module.css';

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, name: string])[];
  onChoose: (value: Value) => void;
  hint?: string | undefined;
}

/** One of a few that can all be seen at once. */
export function Segments<Value extends string>({ label, value, options, onChoose, hint }: SegmentsProps<Value>) {
  const id = useId();
  return (
    <fieldset className={css['set']} aria-describedby={hint ? `${id}-hint` : undefined}>
      <legend>{label}</legend>
      <div className={css['row']}>
        {options.map(([each, name]) => (
          <label key={each}>
            <input type="radio" name={id} value={each} checked={each === value} onChange={() => onChoose(each)} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      {hint && (
        <span id={`${id}-hint`} className={css['hint']}>
          {hint}
        </span>
      )}
    </fieldset>
  );
}
