import '../../words/activity';

import { Link, useLocation } from '@tanstack/react-router';
import { Maximize2, X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { LogStream } from '../../events/logs';
import { IconButton } from '../../parts/IconButton';
import { t } from '../../words';
import { plain } from './clean';
import { docked, type Docked } from './dock';
import css from './DockedLog.module.css';

/** Its last line, until its own page shows it whole. */
export function DockedBody({ one }: { one: Docked }) {
  const path = useLocation({ select: (location) => location.pathname });
  const here = one.href === path;
  useEffect(() => {
    if (here) {
      docked.set(null);
      return undefined;
    }
    document.documentElement.style.setProperty('--dock', '44px');
    return () => document.documentElement.style.setProperty('--dock', '0px');
  }, [here]);
  return here ? null : <Strip one={one} />;
}

function Strip({ one }: { one: Docked }) {
  const [line, setLine] = useState('');
  useEffect(() => {
    const stream = new LogStream(one.source, ({ lines }) => {
      const last = lines.at(-1);
      if (last) setLine(plain(last.text));
    }, undefined, 1);
    return () => stream.close();
  }, [one.source]);
  return (
    <aside className={css['dock']} aria-label={t('log.docked', { title: one.title })}>
      <Link to={one.href} className={css['open']}>
        <b className="el">{one.title}</b>
        <span className="mono el">{line}</span>
        <span className={css['icon']}>
          <Maximize2 aria-hidden="true" />
          <span className="vh">{t('log.expand')}</span>
        </span>
      </Link>
      <IconButton label={t('common.close')} onClick={() => docked.set(null)}>
        <X />
      </IconButton>
    </aside>
  );
}
