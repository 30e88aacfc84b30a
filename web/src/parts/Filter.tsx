import { ChevronDown, Search, X } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';

import css from './Filter.module.css';
import type { MenuProps } from './Menu';

const TYPING_MS = 250;

/** The row of filters above a list. */
export function FilterBar({ children }: { children: ReactNode }) {
  return (
    <div className={css['filters']} role="search">
      {children}
    </div>
  );
}

interface TextFilterProps {
  text: string;
  field: RefObject<HTMLInputElement | null>;
  placeholder: string;
  label: string;
  /** Called once the typing pauses. */
  onText: (text: string) => void;
}

/** Words to look for. Escape clears it, and leaves it when it is clear. */
export function TextFilter({ text, field, placeholder, label, onText }: TextFilterProps) {
  const [typed, type] = useState(text);
  // A filter that was cleared elsewhere clears the field.
  useEffect(() => type(text), [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => onText(typed), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <label className={css['field']}>
      <Search aria-hidden="true" />
      <input
        ref={field}
        type="search"
        value={typed}
        placeholder={placeholder}
        aria-label={label}
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (typed === '') event.currentTarget.blur();
          else onText('');
        }}
      />
    </label>
  );
}

interface ChipProps {
  on: boolean;
  name: string;
  /** What the cross says. */
  clear: string;
  onClear: () => void;
  /** Draws the menu around the button that opens it. */
  children: (trigger: MenuProps['trigger']) => ReactNode;
}

/** One filter: its menu, and a cross while it is on. */
export function Chip({ on, name, clear, onClear, children }: ChipProps) {
  return (
    <span className={`${css['chip']} ${on ? css['on'] : ''}`}>
      {children(
        <button type="button" className={css['name']}>
          {name}
          {!on && <ChevronDown aria-hidden="true" />}
        </button>,
      )}
      {on && (
        <button type="button" className={css['clear']} aria-label={clear} onClick={onClear}>
          <X aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
