import { useEffect, useRef } from 'react';

import { usePreferences } from './preferences';
import { keysOf } from './shortcuts';

/** What shortcuts do, by their names, and single keys that cannot be changed. */
export type Keys = Record<string, () => void>;

const PAIR_MS = 1200;

const PRESSED = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'range']);

/** Whether a key pressed there is meant as text. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && PRESSED.has(target.type)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Whether a dialog or a menu is open. */
export function overlaid(): boolean {
  // Toasts and what stands beside the page call themselves dialogs, but take nothing over.
  return document.querySelector(':is([role="dialog"], [role="alertdialog"]):not([data-toast], [data-aside]), [role="menu"]') !== null;
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
      const acts = new Map(Object.entries(current.current).map(([name, act]) => [keysOf(name), act]));
      const act = (event.timeStamp - at < PAIR_MS ? acts.get(`${before} ${event.key}`) : undefined) ?? acts.get(event.key);
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
