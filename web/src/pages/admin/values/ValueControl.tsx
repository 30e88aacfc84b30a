import { t } from '../../../words';
import type { Draft, Settable } from './values';
import css from './values.module.css';

interface ControlProps {
  id: string;
  one: Settable;
  draft: string | boolean;
  /** The ids of what describes it. */
  about: string;
  wrong: boolean;
  fixed: boolean;
  onDraft: (draft: Draft) => void;
}

/** The field of a value, as its kind asks for. */
export function ValueControl({ id, one, draft, about, wrong, fixed, onDraft }: ControlProps) {
  const common = { id, name: one.name, 'aria-describedby': about, 'aria-invalid': wrong || undefined, disabled: fixed };
  if (typeof draft === 'boolean') {
    return <input {...common} type="checkbox" role="switch" className={css['switch']} checked={draft} onChange={(event) => onDraft(event.target.checked)} />;
  }
  if (one.kind === 'choice') {
    return (
      <select {...common} className={css['in']} value={draft} onChange={(event) => onDraft(event.target.value)}>
        {one.default === null && <option value="">{t('value.nothing')}</option>}
        {(one.choices ?? []).map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  if (one.kind === 'list') {
    return <textarea {...common} className={`mono ${css['in']} ${css['list']}`} rows={Math.min(6, Math.max(2, draft.split('\n').length))} value={draft} placeholder={t('value.list')} spellCheck={false} onChange={(event) => onDraft(event.target.value)} />;
  }
  const number = one.kind === 'number';
  return (
    <input
      {...common}
      type="text"
      className={`${css['in']} ${number ? css['number'] : ''} ${one.kind === 'path' ? 'mono' : ''}`}
      inputMode={number ? (one.whole ? 'numeric' : 'decimal') : 'text'}
      value={draft}
      placeholder={placeholder(one)}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onDraft(event.target.value)}
    />
  );
}

/** What holds while the field is empty. */
function placeholder({ default: value }: Settable): string {
  return value === null || value === '' || Array.isArray(value) ? t('value.not_set') : String(value);
}
