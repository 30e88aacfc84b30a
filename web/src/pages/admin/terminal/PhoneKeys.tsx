import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp } from 'lucide-react';
import type { PointerEvent, ReactNode } from 'react';

import { t } from '../../../words';
import type { ExtraKey } from './keys';
import css from './Terminal.module.css';

/** The keyboard stays where it is when one of these is pressed. */
const keepKeyboard = (event: PointerEvent) => event.preventDefault();

const ARROWS = [
  ['left', ArrowLeft],
  ['down', ArrowDown],
  ['up', ArrowUp],
  ['right', ArrowRight],
] as const;

/** Keys that a phone's keyboard lacks. Ctrl acts on the next letter. */
export function PhoneKeys({ ctrl, onCtrl, onKey }: { ctrl: boolean; onCtrl: () => void; onKey: (key: ExtraKey) => void }) {
  return (
    <div className={css['keys']} role="toolbar" aria-label={t('terminal.keys')}>
      <Key onPress={() => onKey('esc')}>{t('terminal.key_esc')}</Key>
      <Key onPress={onCtrl} on={ctrl}>
        {t('terminal.key_ctrl')}
      </Key>
      <Key onPress={() => onKey('tab')}>{t('terminal.key_tab')}</Key>
      {ARROWS.map(([key, Icon]) => (
        <Key key={key} label={t(`terminal.key_${key}`)} onPress={() => onKey(key)}>
          <Icon aria-hidden="true" />
        </Key>
      ))}
    </div>
  );
}

function Key({ on, label, onPress, children }: { on?: boolean; label?: string; onPress: () => void; children: ReactNode }) {
  return (
    <button type="button" aria-pressed={on} aria-label={label} onPointerDown={keepKeyboard} onClick={onPress}>
      {children}
    </button>
  );
}
