import '../../../words/keys';

import { useEffect, useRef, useState } from 'react';

import { askAdminMode } from '../../../app/adminMode';
import { prefer, shownTheme, usePreferences } from '../../../app/preferences';
import { cache, session } from '../../../api/queries';
import type { JobView } from '../../../api/types';
import { useStore } from '../../../events/store';
import { Button } from '../../../parts/Button';
import { Caps } from '../../../parts/Caps';
import { bytes as inBytes } from '../../../parts/size';
import { StateMark } from '../../../parts/StateMark';
import { say } from '../../../parts/Toasts';
import { useMedia } from '../../../parts/useMedia';
import { rich, t } from '../../../words';
import { Ended } from './Ended';
import { type ExtraKey } from './keys';
import { Line, type LineState } from './line';
import { PhoneKeys } from './PhoneKeys';
import { fontLoaded, Screen } from './screen';
import { panelId, tabId } from './Tabs';
import css from './Terminal.module.css';

interface ViewProps {
  job: JobView;
  shown: boolean;
  /** Admin mode is off: nothing can be typed. */
  locked: boolean;
  onOpen: () => void;
}

/** The dialog gives the focus back to where it was once it has faded. */
const DIALOG_LEAVES_MS = 340;

const MARKS = { joining: 'starting', open: 'ready', lost: 'warn', barred: 'off', ended: 'idle' } as const;

/** One terminal: its screen, and how the page stands with it. */
export function TerminalView({ job, shown, locked, onOpen }: ViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<LineState>('joining');
  const [size, setSize] = useState({ cols: 0, rows: 0 });
  const [ctrl, setCtrl] = useState(false);
  const phone = useMedia('(max-width: 720px)');
  const { spoken } = usePreferences();
  const ended = state === 'ended' || job.state !== 'running';
  const still = locked || ended;
  const { screen, line } = useJoined(job, host, spoken, phone, { setState, setSize, spendCtrl: () => setCtrl(false), still });

  useEffect(() => {
    if (screen) screen.locked = still;
    // What was not told while it was locked.
    if (!still) {
      line?.join();
      line?.resize();
    }
  }, [screen, line, still]);
  useEffect(() => {
    if (!shown || !screen) return;
    screen.fit();
    if (!phone) screen.focus();
  }, [shown, screen, phone]);
  const theme = useStore(shownTheme);
  useEffect(() => screen?.paint(), [screen, theme]);
  useEffect(() => {
    if (screen) screen.ctrl = ctrl;
  }, [screen, ctrl]);

  const press = (key: ExtraKey) => {
    screen?.press(key);
    screen?.focus();
  };
  return (
    <div role="tabpanel" id={panelId(job.id)} aria-labelledby={tabId(job.id)} hidden={!shown} className={css['view']}>
      <div className={css['ground']}>
        <div ref={host} className={css['host']} />
      </div>
      {ended ? (
        <Ended job={job} onOpen={onOpen} />
      ) : (
        locked && (
          <div className={css['lock']} role="status">
            <span>{t(state === 'barred' ? 'terminal.barred' : 'terminal.locked')}</span>
            <Button size="s" look="primary" online onClick={() => void askAdminMode().then((on) => on && setTimeout(() => screen?.focus(), DIALOG_LEAVES_MS))}>
              {t('terminal.unlock')}
            </Button>
          </div>
        )
      )}
      {phone && !still && <PhoneKeys ctrl={ctrl} onCtrl={() => { setCtrl(!ctrl); screen?.focus(); }} onKey={press} />}
      <div className={`meta ${css['foot']}`}>
        <StateMark mark={ended ? 'idle' : MARKS[state]}>{t(ended ? 'terminal.state_ended' : `terminal.state_${state}`)}</StateMark>
        {size.cols > 0 && <span className="num hide-p">{t('terminal.size', { cols: size.cols, rows: size.rows })}</span>}
        <span className={`hide-p ${css['hint']}`}>{rich('terminal.leave', { keys: <Caps caps={[t('nav.ctrl'), t('keys.cap_shift'), 'L']} /> })}</span>
        <Button size="s" look="quiet" aria-pressed={spoken} onClick={() => prefer('spoken', !spoken)}>
          {t('terminal.spoken')}
        </Button>
      </div>
    </div>
  );
}

interface Told {
  setState: (state: LineState) => void;
  setSize: (size: { cols: number; rows: number }) => void;
  spendCtrl: () => void;
  still: boolean;
}

/** The screen in `host`, joined with its terminal for as long as the tab is there. */
function useJoined(job: JobView, host: React.RefObject<HTMLDivElement | null>, spoken: boolean, phone: boolean, told: Told) {
  const [joined, join] = useState<{ screen: Screen | null; line: Line | null }>({ screen: null, line: null });
  const current = useRef(told);
  current.current = told;
  useEffect(() => {
    let screen: Screen | null = null;
    let line: Line | null = null;
    let gone = false;
    void fontLoaded().then(() => {
      if (gone || !host.current) return;
      screen = new Screen(
        host.current,
        { spoken, label: job.title, size: phone ? 12 : 13 },
        {
          types: (typed) => line?.type(typed),
          resized: () => {
            if (!current.current.still) line?.resize();
            if (screen) current.current.setSize(screen.size);
          },
          leaves: () => document.getElementById(tabId(job.id))?.focus(),
          ctrlSpent: () => current.current.spendCtrl(),
        },
      );
      current.current.setSize(screen.size);
      line = lineOf(job.id, screen, current);
      line.join();
      join({ screen, line });
    });
    return () => {
      gone = true;
      line?.leave();
      screen?.dispose();
      join({ screen: null, line: null });
    };
  }, [job.id, job.title, host, spoken, phone]);
  return joined;
}

function lineOf(id: number, screen: Screen, told: React.RefObject<Told>): Line {
  return new Line(id, () => screen.size, {
    begins: () => screen.anew(),
    draws: (drawn) => screen.draw(drawn),
    skips: (left) => say(t('terminal.skipped', { size: inBytes(left) }), 'failed'),
    refuses: (key, sentence) => {
      // The page learns that admin mode is over by an event; here it is learned at the latest.
      if (key.endsWith('.admin_mode') || key.endsWith('.admins_only')) void cache.invalidateQueries({ queryKey: session.queryKey });
      else say(sentence, 'failed');
    },
    stands: (state) => told.current.setState(state),
  });
}
