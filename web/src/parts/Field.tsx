import { type ComponentPropsWithRef, type ReactNode, useId } from 'react';

import css from './Field.module.css';

type FieldProps = {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value, as a sentence. */
  error?: string | null;
  /** Stands at the end of the input, such as the eye of a password. */
  end?: ReactNode;
  large?: boolean;
} & ComponentPropsWithRef<'input'>;

/** A labelled input with its hint, or in its place the sentence that says what is wrong. */
export function Field({ label, hint, error, end, large = false, ...rest }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  const said = error ?? hint;
  return (
    <div className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <span className={css['box']}>
        <input
          id={id}
          spellCheck={false}
          {...rest}
          className={`${css['in']} ${large ? css['large'] : ''} ${end ? css['ended'] : ''}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={said ? about : undefined}
        />
        {end && <span className={css['end']}>{end}</span>}
      </span>
      {said && (
        <span id={about} className={`${css['hint']} ${error ? css['wrong'] : ''}`} role={error ? 'alert' : undefined}>
          {said}
        </span>
      )}
    </div>
  );
}
