import { Link } from '@tanstack/react-router';

import type { LogEntry, ToolState, ToolView } from '../../api/types';
import { bytes } from '../../parts/size';
import { StateMark } from '../../parts/StateMark';
import { ago, useNow } from '../../parts/time';
import { ToolIcon } from '../../parts/ToolIcon';
import { toolMark } from '../../parts/toolState';
import { t } from '../../words';
import { hrefOf } from './log/source';
import css from './ToolLogs.module.css';

/** The logs of tools, each with when it was written last and how long it is. */
export function ToolLogs({ logs, tools }: { logs: LogEntry[]; tools: ToolView[] }) {
  const now = useNow(10_000);
  if (logs.length === 0) return <p className="dim">{t('activity.no_logs')}</p>;
  return (
    <ul className={`card ${css['list']}`}>
      {logs.map((log) => (
        <li key={log.log} className={css['row']}>
          <Link to={hrefOf(log.log)} className={css['link']}>
            <ToolIcon name={tools.find((tool) => tool.id === log.log.split(':')[1])?.icon ?? 'box'} />
            <span className={css['words']}>
              <b className="el">{log.title}</b>
              <span className="meta el">{log.changed_at === null || log.size === 0 ? t('activity.empty') : t('activity.written', { when: ago(log.changed_at, now), size: bytes(log.size) })}</span>
            </span>
            <span className="sp" title={t(`state.${log.state as ToolState}`)}>
              <StateMark mark={toolMark(log.state as ToolState)} />
              <span className="vh">{t(`state.${log.state as ToolState}`)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
