import { useQuery } from '@tanstack/react-query';
import { Pencil, RotateCcw, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import { PLACES, shortcutsOf } from '../app/keyLists';
import { capsOf, nameOf } from '../app/keyNames';
import { usePreferences } from '../app/preferences';
import { bind, bindAllAnew, keysOf, type Shortcut, SHORTCUTS, takenBy, useBindings } from '../app/shortcuts';
import { session } from '../api/queries';
import { t } from '../words';
import { Button } from './Button';
import { Caps } from './Caps';
import { IconButton } from './IconButton';
import css from './KeyMap.module.css';

/** After the first of two keys the second one has this long. */
const SECOND_MS = 900;

/** Keys that move the focus or press what has it stay what they are. */
const KEPT = new Set(['Tab', 'Enter', ' ', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

/** Every shortcut with its key, to be changed. */
export function KeyMap() {
  const { data: me } = useQuery(session);
  const { keys: on } = usePreferences();
  const chosen = useBindings();
  const [changing, change] = useState<Shortcut | null>(null);
  return (
    <div className={css['map']} data-off={on ? undefined : ''}>
      {PLACES.map((place) => (
        <section key={place}>
          <h3>{t(`keys.${place}`)}</h3>
          <ul>
            {shortcutsOf(place, me?.role === 'admin').map((name) => (
              <li key={name} className={css['row']}>
                <span className={css['name']}>{nameOf(name)}</span>
                {changing === name ? (
                  <Recorder name={name} onEnd={() => change(null)} />
                ) : (
                  <>
                    <span className={css['caps']}>{keysOf(name, chosen) === '' ? <span className="meta">{t('keys.none')}</span> : <Caps caps={capsOf(keysOf(name, chosen))} />}</span>
                    {chosen[name] !== undefined && (
                      <IconButton label={t('keys.own', { name: nameOf(name) })} onClick={() => bind(name, null)}>
                        <RotateCcw />
                      </IconButton>
                    )}
                    <IconButton label={t('keys.change', { name: nameOf(name) })} onClick={() => change(name)}>
                      <Pencil />
                    </IconButton>
                  </>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
      {Object.keys(chosen).length > 0 && (
        <div>
          <Button size="s" onClick={bindAllAnew}>
            {t('keys.all_own')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Hears the new key. Escape, or a press elsewhere, leaves the old one. */
function Recorder({ name, onEnd }: { name: Shortcut; onEnd: () => void }) {
  const [first, hear] = useState('');
  const [taken, refuse] = useState<string | null>(null);
  const stop = useRef<HTMLButtonElement>(null);
  // Two keys are for what acts anywhere: pages hear single ones, some of them over a picture.
  const two = SHORTCUTS[name][0] === 'anywhere';
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => stop.current?.focus(), []);
  useEffect(() => {
    const settle = (keys: string) => {
      const other = takenBy(name, keys);
      if (other === null) {
        bind(name, keys);
        end.current();
        return;
      }
      hear('');
      refuse(t('keys.taken', { keys: capsOf(keys).join(' '), name: nameOf(other) }));
    };
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || KEPT.has(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') end.current();
      else if (event.key === 'Backspace') {
        bind(name, '');
        end.current();
      } else if (!two) settle(event.key);
      else if (first !== '') settle(`${first} ${event.key}`);
      else {
        refuse(null);
        hear(event.key);
      }
    };
    window.addEventListener('keydown', press, true);
    const timer = first === '' ? undefined : setTimeout(() => settle(first), SECOND_MS);
    return () => {
      window.removeEventListener('keydown', press, true);
      clearTimeout(timer);
    };
  }, [name, first, two]);
  return (
    <>
      <span className={css['caps']}>{first !== '' && <Caps caps={capsOf(first)} />}</span>
      <IconButton ref={stop} label={t('common.close')} onClick={onEnd}>
        <X />
      </IconButton>
      <span className={css['asked']} role="status" data-wrong={taken === null ? undefined : ''}>
        {taken ?? t(two ? 'keys.press' : 'keys.press_one')}
      </span>
    </>
  );
}
