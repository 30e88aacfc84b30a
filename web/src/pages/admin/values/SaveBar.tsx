import { type ReactNode } from 'react';

import { Button } from '../../../parts/Button';
import { count, t } from '../../../words';
import css from './values.module.css';

interface BarProps {
  changes: number;
  /** Why it cannot be saved now. */
  blocked?: string | null;
  act: string;
  working: boolean;
  note: ReactNode;
  onSave: () => void;
  onDiscard: () => void;
}

/** Appears with the first change: how many there are, and what becomes of them. */
export function SaveBar({ changes, blocked = null, act, working, note, onSave, onDiscard }: BarProps) {
  if (changes === 0) return null;
  return (
    <div className={css['bar']} role="region" aria-label={t('value.changes')}>
      <div className={css['told']}>
        <b aria-live="polite">{count('value.n_changes', changes)}</b>
        <span className={blocked ? css['wrong'] : 'meta'}>{blocked ?? note}</span>
      </div>
      <Button onClick={onDiscard}>{t('value.discard')}</Button>
      <Button look="primary" online working={working} blocked={blocked !== null} onClick={onSave}>
        {act}
      </Button>
    </div>
  );
}
