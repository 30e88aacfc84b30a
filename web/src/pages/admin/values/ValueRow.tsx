import { RotateCcw } from 'lucide-react';
import { memo, type ReactNode, useId } from 'react';

import { IconButton } from '../../../parts/IconButton';
import { t } from '../../../words';
import { ValueControl } from './ValueControl';
import { type Draft, draftOf, type Settable, type Trouble } from './values';
import css from './values.module.css';

interface RowProps {
  one: Settable;
  /** What was typed; undefined where the field is untouched. */
  draft: Draft | undefined;
  about: string;
  /** Marks beside the name. */
  marks?: ReactNode;
  /** What else is to be known: the default, where it comes from. */
  notes?: ReactNode;
  /** What the field wants, in words. */
  wants?: string;
  trouble?: Trouble | undefined;
  /** What the studio says is wrong with it. */
  refused?: string | undefined;
  /** Why it cannot be changed here. */
  fixed?: string | null;
  onDraft: (one: Settable, draft: Draft) => void;
}

/** One value: what it is called, what it does, its field, and the way back to its default. */
export const ValueRow = memo(function ValueRow({ one, draft, about, marks, notes, wants, trouble, refused, fixed = null, onDraft }: RowProps) {
  const id = useId();
  const shown = draft === undefined ? draftOf(one) : draft === null ? draftOf(one, one.default) : draft;
  const own = draft === undefined ? one.set : draft !== null;
  const wrong = refused ?? (trouble && troubleText(one, trouble, wants));
  return (
    <div className={css['row']} data-value={one.name} data-touched={draft !== undefined || undefined}>
      <div className={css['words']}>
        <div className={css['name']}>
          <label htmlFor={id} className="mono">
            {one.name}
          </label>
          {marks}
        </div>
        <p id={`${id}-about`}>{about}</p>
        {notes && <div className={css['notes']}>{notes}</div>}
      </div>
      <div className={css['field']}>
        <div className={css['line']}>
          <ValueControl id={id} one={one} draft={shown} about={`${id}-about ${id}-said`} wrong={wrong !== undefined} fixed={fixed !== null} onDraft={(next) => onDraft(one, next)} />
          {own && fixed === null && (
            <IconButton label={t('value.reset', { name: one.name })} onClick={() => onDraft(one, null)}>
              <RotateCcw />
            </IconButton>
          )}
        </div>
        <span id={`${id}-said`} className={`${css['said']} ${wrong ? css['wrong'] : ''}`} role={wrong ? 'alert' : undefined}>
          {wrong ?? fixed}
        </span>
      </div>
    </div>
  );
});

function troubleText(one: Settable, trouble: Trouble, wants: string | undefined): string {
  if (wants) return t('value.wants', { wants });
  return t(`value.trouble_${trouble}`, { low: one.low ?? '', high: one.high ?? '' });
}
