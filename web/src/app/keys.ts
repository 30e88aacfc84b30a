import { useEffect, useRef } from 'react';

import { usePreferences } from './preferences';

/** Keys and what they do; a pair such as `g h` is pressed one after the other. */
export type Keys = Record<string, () => void>;

const PAIR_MS = 1200;

const PRESSED = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'range']);

/** Whether a key pressed there is meant as text. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && PRESSED.has(target.type)) return false;
  // The terminal's own field takes no text: single letters still act there.
  if (target.classList.contains('xterm-helper-textarea')) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Whether a dialog or a menu is open. */
export function overlaid(): boolean {
  // A toast calls itself a dialog, but takes nothing over.
  return document.querySelector(':is([role="dialog"], [role="alertdialog"]):not([data-toast]), [role="menu"]') !== null;
}

/** Single keys act while this is on the page: never in a field, over a dialog, with a modifier, or where switched off. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  const { keys: wanted } = usePreferences();
  useEffect(() => {
    if (!wanted) return undefined;
    let before = '';
    let at = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (typing(event.target) || overlaid()) return;
      const pair = `${before} ${event.key}`;
      const act = (event.timeStamp - at < PAIR_MS ? current.current[pair] : undefined) ?? current.current[event.key];
      before = event.key;
      at = event.timeStamp;
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [wanted]);
}
