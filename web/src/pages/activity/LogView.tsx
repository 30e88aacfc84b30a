import { ArrowDown, ChevronDown, ChevronUp, Copy, Download, Eraser, Minus, Search } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { useKeys } from '../../app/keys';
import { shownTheme, usePreferences } from '../../app/preferences';
import { sentenceOf } from '../../api/client';
import { logPath, type LogSource } from '../../events/logs';
import { useStore } from '../../events/store';
import { Button } from '../../parts/Button';
import { copyText } from '../../parts/copyText';
import { IconButton } from '../../parts/IconButton';
import { StateMark } from '../../parts/StateMark';
import { Note } from '../../parts/Surface';
import { clockSeconds } from '../../parts/time';
import { say } from '../../parts/Toasts';
import { count, t } from '../../words';
import { plain } from './clean';
import { Feed } from './feed';
import css from './LogView.module.css';
import type { Screen, ScreenState } from './screen';

interface LogViewProps {
  source: LogSource;
  label: string;
  /** Whether more lines are to be expected. */
  live: boolean;
  /** How to empty the log, where that may be done. */
  onClear?: (() => void) | undefined;
  onMinimise: () => void;
  /** Counts up when the log was emptied. */
  emptied?: number;
}

const NOTHING: ScreenState = { following: true, unseen: 0, lines: 0, hit: -1, hits: 0 };

/** A log as it is written: colours, search, the first error pinned, and the reader's place kept. */
export function LogView({ source, label, live, onClear, onMinimise, emptied = 0 }: LogViewProps) {
  const [state, setState] = useState<ScreenState>(NOTHING);
  const { host, gutter, screen, stream } = useScreen(source, label, setState, emptied);
  const log = useStore(stream.state);
  const lived = useRef(live);
  useEffect(() => {
    if (lived.current && !live) void stream.lookForError();
    lived.current = live;
  }, [live, stream]);
  const [term, setTerm] = useState('');
  const [searching, search] = useState(false);

  const find = (text: string, way: 'next' | 'previous' | 'typed') => screen.current?.find(text, way);
  const openSearch = () => search(true);
  const closeSearch = () => {
    search(false);
    setTerm('');
    find('', 'typed');
  };
  useKeys({
    '/': openSearch,
    End: () => screen.current?.follow(),
    e: () => screen.current?.showFirstError(),
    ...(searching && { Escape: closeSearch }),
  });
  const copy = async () => {
    const chosen = screen.current?.text();
    if (chosen === undefined) return;
    const done = await copyText(chosen.text);
    if (done) say(t(chosen.selected ? 'log.copied_selection' : 'log.copied'));
    else say(t('log.not_copied'), 'failed');
  };

  return (
    <section className={`card ${css['log']}`} aria-label={label}>
      <div className={css['bar']}>
        {searching ? (
          <SearchField term={term} state={state} onTerm={(text) => { setTerm(text); find(text, 'typed'); }} onStep={(way) => find(term, way)} onClose={closeSearch} />
        ) : (
          <IconButton label={t('log.search')} onClick={openSearch}>
            <Search />
          </IconButton>
        )}
        <span className="sp" />
        <IconButton label={t('log.copy')} onClick={() => void copy()}>
          <Copy />
        </IconButton>
        {onClear && (
          <IconButton label={t('log.clear')} onClick={onClear}>
            <Eraser />
          </IconButton>
        )}
        <a className={css['download']} href={`/api/v1${logPath(source, '/download')}`} download aria-label={t('log.download')} title={t('log.download')}>
          <Download />
        </a>
        <IconButton label={t('log.minimise')} onClick={onMinimise}>
          <Minus />
        </IconButton>
      </div>
      {log.firstError && (
        <button type="button" className={css['pin']} onClick={() => screen.current?.showFirstError()}>
          <StateMark mark="failed">{t('log.first_error')}</StateMark>
          <span className="mono el">{plain(log.firstError.text)}</span>
          {log.firstError.at !== null && <time className="meta">{clockSeconds(log.firstError.at)}</time>}
        </button>
      )}
      <div className={css['ground']}>
        <div className={css['times']} ref={gutter} aria-hidden="true" />
        <div className={css['term']} ref={host} />
        {log.is === 'open' && state.lines === 0 && <p className={css['nothing']}>{t(live ? 'log.nothing_yet' : 'log.nothing')}</p>}
        {log.is === 'failed' && (
          <div className={css['failed']}>
            <Note look="failed" title={sentenceOf(log.error)} end={<Button size="s" onClick={() => void stream.reload()}>{t('common.try_again')}</Button>} />
          </div>
        )}
        {!state.following && state.unseen > 0 && (
          <div className={css['more']}>
            <Button size="s" onClick={() => screen.current?.follow()}>
              <ArrowDown aria-hidden="true" />
              {count('log.unseen', state.unseen)}
            </Button>
          </div>
        )}
      </div>
      <Foot state={state} live={live} cut={log.cut} />
    </section>
  );
}

function Foot({ state, live, cut }: { state: ScreenState; live: boolean; cut: boolean }) {
  const mark: ReactNode = !live ? (
    <StateMark mark="idle">{t('log.ended')}</StateMark>
  ) : state.following ? (
    <StateMark mark="ready">{t('log.following')}</StateMark>
  ) : (
    <StateMark mark="idle">{t('log.paused')}</StateMark>
  );
  return (
    <div className={css['foot']}>
      {mark}
      <span className="meta">{count(cut ? 'log.last_lines' : 'log.lines', state.lines)}</span>
      {live && <span className="meta hide-p sp">{t(state.following ? 'log.hint_following' : 'log.hint_paused')}</span>}
    </div>
  );
}

function SearchField(props: {
  term: string;
  state: ScreenState;
  onTerm: (text: string) => void;
  onStep: (way: 'next' | 'previous') => void;
  onClose: () => void;
}) {
  const { term, state, onTerm, onStep, onClose } = props;
  return (
    <div className={css['search']} role="search">
      <Search aria-hidden="true" />
      <input
        autoFocus
        value={term}
        aria-label={t('log.search')}
        placeholder={t('log.search')}
        spellCheck={false}
        onChange={(event) => onTerm(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? 'next' : 'previous');
          if (event.key === 'Escape') onClose();
        }}
      />
      <span className="meta" role="status">
        {term !== '' && (state.hits === 0 ? t('log.no_hits') : t('log.hits', { hit: state.hit + 1, hits: state.hits }))}
      </span>
      <IconButton label={t('log.previous')} onClick={() => onStep('previous')}>
        <ChevronUp />
      </IconButton>
      <IconButton label={t('log.next')} onClick={() => onStep('next')}>
        <ChevronDown />
      </IconButton>
    </div>
  );
}

/** A stream of lines and, once its script is here, the terminal that shows them. */
function useScreen(source: LogSource, label: string, tell: (state: ScreenState) => void, emptied: number) {
  const host = useRef<HTMLDivElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const { spoken } = usePreferences();
  const theme = useStore(shownTheme);
  const [stream] = useState(() => new Feed(source));

  useEffect(() => {
    const frame = host.current;
    const times = gutter.current;
    if (frame === null || times === null) return undefined;
    let gone = false;
    stream.open();
    void Promise.all([import('./screen'), document.fonts.load('12px "JetBrains Mono"')]).then(([module]) => {
      if (gone) return;
      screen.current = new module.Screen(frame, times, { spoken, label }, tell);
      stream.show(screen.current);
    });
    return () => {
      gone = true;
      stream.close();
      screen.current?.dispose();
      screen.current = null;
    };
    // The reading aloud is switched without a new terminal, below.
  }, [stream, label, tell]);

  useEffect(() => {
    if (screen.current) screen.current.spoken = spoken;
  }, [spoken]);
  useEffect(() => screen.current?.repaint(), [theme]);
  useEffect(() => {
    if (emptied > 0) void stream.reload();
  }, [emptied, stream]);
  return { host, gutter, screen, stream };
}
