import { useNavigate } from '@tanstack/react-router';
import { ArrowDown } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { useKeys } from '../../../app/keys';
import { usePreferences } from '../../../app/preferences';
import { sentenceOf } from '../../../api/client';
import { useStore } from '../../../events/store';
import { Button } from '../../../parts/Button';
import { bytes } from '../../../parts/size';
import { StateMark } from '../../../parts/StateMark';
import { Note } from '../../../parts/Surface';
import { clockSeconds } from '../../../parts/time';
import { count, t } from '../../../words';
import { Bar } from './Bar';
import { ChosenBar } from './ChosenBar';
import type { Chosen } from './chosen';
import { Feed } from './feed';
import { Finder } from './finder';
import { Lines } from './Lines';
import css from './LogView.module.css';
import { plain } from './sgr';
import { Reader, ROW } from './reader';
import type { LogSource } from './source';
import { Spoken } from './Spoken';
import { Stretch } from './stretch';

interface LogViewProps {
  source: LogSource;
  label: string;
  /** Whether more lines are to be expected. */
  live: boolean;
  /** The line to open at, and whether the page is the log's own: a chosen line goes into its address, keys are for it. */
  line?: number | undefined;
  linked?: boolean;
  /** How to empty the log, where that may be done. */
  onClear?: (() => void) | undefined;
  /** Put it down to the foot of the page, where it does not stand there. */
  onMinimise?: (() => void) | undefined;
  /** Counts up when the log was emptied. */
  emptied?: number;
}

function begin(source: LogSource) {
  const stretch = new Stretch(() => ROW);
  const feed = new Feed(source, stretch, () => tell());
  const reader = new Reader(feed);
  const finder = new Finder(feed, (offset) => reader.go(offset));
  const tell = () => reader.stir();
  return { feed, reader, finder };
}

/** A log as it is written: colours, search, the first error pinned, lines to choose, and the reader's place kept. */
export function LogView({ source, label, live, line, linked = false, onClear, onMinimise, emptied = 0 }: LogViewProps) {
  const [{ feed, reader, finder }] = useState(() => begin(source));
  const { chosen, choose } = useChosen(feed, reader, line, linked);
  const state = useStore(feed.state);
  const found = useStore(finder.found);
  const { spoken } = usePreferences();
  const [finding, find] = useState(false);
  const lived = useRef(live);
  useEffect(() => {
    if (lived.current !== live) void feed.lookForError();
    lived.current = live;
  }, [live, feed]);
  useEffect(() => {
    if (emptied > 0) void feed.open();
  }, [emptied, feed]);
  useEffect(() => reader.drawn.watch(() => finder.scan()), [reader, finder]);

  const closeFind = () => {
    find(false);
    finder.stop();
  };
  const errorAt = state.firstError?.offset ?? null;
  const showError = () => errorAt !== null && reader.go(errorAt);
  useKeys({
    'log.search': () => find(true),
    'log.follow': reader.follow,
    Home: () => reader.toStart(),
    'log.error': () => void showError(),
    ...(finding && { Escape: closeFind }),
  });
  const empty = useStore(reader.drawn) >= 0 && feed.stretch.items.length === 0;

  return (
    <section className={`card ${css['log']}`} aria-label={label}>
      <Bar feed={feed} finder={finder} chosen={chosen} finding={finding} onFind={() => find(true)} onFindClose={closeFind} onClear={onClear} onMinimise={onMinimise} />
      {state.firstError && (
        <button type="button" className={css['pin']} disabled={errorAt === null} onClick={showError}>
          <StateMark mark="failed">{t('log.first_error')}</StateMark>
          <span className="mono el">{plain(state.firstError.text)}</span>
          {state.firstError.at !== null && <time className="meta">{clockSeconds(state.firstError.at)}</time>}
        </button>
      )}
      <div className={css['ground']}>
        <Lines feed={feed} reader={reader} label={label} chosen={chosen} onChoose={choose} term={found.term} current={found.current} />
        {state.is === 'open' && empty && <p className={css['nothing']}>{t(live ? 'log.nothing_yet' : 'log.nothing')}</p>}
        {state.is === 'failed' && (
          <div className={css['failed']}>
            <Note look="failed" title={sentenceOf(state.error)} end={<Button size="s" onClick={() => void feed.open()}>{t('common.try_again')}</Button>} />
          </div>
        )}
        {chosen ? <ChosenBar feed={feed} chosen={chosen} onClear={() => choose(null)} /> : <ToEnd feed={feed} reader={reader} />}
      </div>
      <Foot feed={feed} reader={reader} live={live} />
      {spoken && <Spoken feed={feed} reader={reader} />}
    </section>
  );
}

/** The lines that are chosen; on a log's own page the first of them stands in the address. */
function useChosen(feed: Feed, reader: Reader, line: number | undefined, linked: boolean) {
  const navigate = useNavigate();
  const [chosen, set] = useState<Chosen | null>(null);
  const named = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (line === undefined || line === named.current) return;
    named.current = line;
    set({ from: line, to: line });
    reader.go(line);
  }, [line, reader]);
  useEffect(() => {
    if (named.current === undefined) void feed.open();
    return () => {
      feed.close();
      named.current = undefined;
    };
  }, [feed]);
  const choose = (next: Chosen | null) => {
    set(next);
    named.current = next?.from;
    if (next) reader.pause();
    if (linked) void navigate({ to: '.', search: next ? { line: next.from } : {}, replace: true, resetScroll: false });
  };
  return { chosen, choose };
}

/** The way back to the end, with how much came meanwhile. */
function ToEnd({ feed, reader }: { feed: Feed; reader: Reader }) {
  const { following, unseen } = useStore(reader.reading);
  const { is } = useStore(feed.state);
  if (following || is !== 'open') return null;
  return (
    <div className={css['more']}>
      <Button size="s" onClick={reader.follow}>
        <ArrowDown aria-hidden="true" />
        {unseen > 0 ? count('log.unseen', unseen) : t('log.to_end')}
      </Button>
    </div>
  );
}

function Foot({ feed, reader, live }: { feed: Feed; reader: Reader; live: boolean }) {
  useStore(reader.drawn);
  const { following } = useStore(reader.reading);
  const { joined } = useStore(feed.state);
  const { stretch } = feed;
  const mark: ReactNode = !live ? (
    <StateMark mark="idle">{t('log.ended')}</StateMark>
  ) : following ? (
    <StateMark mark="ready">{t('log.following')}</StateMark>
  ) : (
    <StateMark mark="idle">{t('log.paused')}</StateMark>
  );
  return (
    <div className={css['foot']}>
      {mark}
      <span className="meta">{count(stretch.whole && joined ? 'log.lines' : 'log.lines_of', stretch.items.length, { size: bytes(Math.max(0, stretch.end - stretch.oldest)) })}</span>
      {live && <span className="meta hide-p sp">{t(following ? 'log.hint_following' : 'log.hint_paused')}</span>}
    </div>
  );
}
