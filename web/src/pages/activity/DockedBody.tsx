import '../../words/activity';

import { Link, useLocation } from '@tanstack/react-router';
import { ChevronDown, ChevronUp, Maximize2, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';

import { IconButton } from '../../parts/IconButton';
import { t } from '../../words';
import { docked, type Docked } from './dock';
import css from './DockedLog.module.css';
import { Feed } from './log/feed';
import { plain } from './log/sgr';
import { Stretch } from './log/stretch';

const LogView = lazy(async () => ({ default: (await import('./log/LogView')).LogView }));

const LOW = '44px';
const HIGH = 'min(380px, 55dvh)';

/** A minimised log: its last line or, opened, all of it; until its own page shows it. */
export function DockedBody({ one }: { one: Docked }) {
  const path = useLocation({ select: (location) => location.pathname });
  const [open, show] = useState(false);
  const here = one.source.href === path;
  useEffect(() => {
    if (here) docked.set(null);
  }, [here]);
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty('--dock', here ? '0px' : open ? HIGH : LOW);
    return () => style.setProperty('--dock', '0px');
  }, [here, open]);
  if (here) return null;
  return (
    <aside className={css['dock']} aria-label={t('log.docked', { title: one.title })}>
      <div className={css['strip']}>
        <button type="button" className={css['open']} aria-expanded={open} onClick={() => show(!open)}>
          {open ? <ChevronDown aria-hidden="true" /> : <ChevronUp aria-hidden="true" />}
          <b className="el">{one.title}</b>
          {!open && <LastLine one={one} />}
        </button>
        <Link to={one.source.href} className={css['page']} aria-label={t('log.expand')} title={t('log.expand')}>
          <Maximize2 aria-hidden="true" />
        </Link>
        <IconButton label={t('common.close')} onClick={() => docked.set(null)}>
          <X />
        </IconButton>
      </div>
      {open && (
        <div className={css['whole']}>
          <Suspense>
            <LogView source={one.source} label={t('log.of', { title: one.title })} live={one.live} />
          </Suspense>
        </div>
      )}
    </aside>
  );
}

function LastLine({ one }: { one: Docked }) {
  const [line, say] = useState('');
  useEffect(() => {
    let frame = 0;
    const stretch = new Stretch(() => 1);
    const feed: Feed = new Feed(
      one.source,
      stretch,
      () => {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => {
          feed.take(false);
          say(plain(stretch.items.at(-1)?.text ?? ''));
        });
      },
      1,
    );
    void feed.open();
    return () => {
      cancelAnimationFrame(frame);
      feed.close();
    };
  }, [one.source]);
  return <span className="mono el">{line}</span>;
}
