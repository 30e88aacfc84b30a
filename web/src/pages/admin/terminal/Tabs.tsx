import { X } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';

import type { JobView, Me } from '../../../api/types';
import { StateMark } from '../../../parts/StateMark';
import { t } from '../../../words';
import css from './Terminal.module.css';

interface TabsProps {
  tabs: readonly JobView[];
  shown: number;
  me: Me;
  onShow: (id: number) => void;
  onClose: (tab: JobView) => void;
}

export const tabId = (id: number) => `terminal-tab-${id}`;
export const panelId = (id: number) => `terminal-${id}`;

/** One tab a terminal; arrows go from one to the next. */
export function Tabs({ tabs, shown, me, onShow, onClose }: TabsProps) {
  const row = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.findIndex((tab) => tab.id === shown);
    const next = step === undefined ? undefined : tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onShow(next.id);
    row.current?.querySelector<HTMLElement>(`#${tabId(next.id)}`)?.focus();
  };
  const current = tabs.find((tab) => tab.id === shown);
  return (
    <div className={css['tabs']}>
      <div ref={row} className={css['row']} role="tablist" aria-label={t('terminal.tabs')} onKeyDown={move}>
        {tabs.map((tab) => (
          <button key={tab.id} type="button" role="tab" id={tabId(tab.id)} aria-selected={tab.id === shown} aria-controls={panelId(tab.id)} tabIndex={tab.id === shown ? 0 : -1} onClick={() => onShow(tab.id)}>
            <StateMark mark={tab.state === 'running' ? 'ready' : 'idle'} />
            <span className="el">{tab.title}</span>
            {tab.by !== me.name && <span className="meta el">{tab.by}</span>}
            {tab.state !== 'running' && <span className="vh">{t('terminal.ended')}</span>}
          </button>
        ))}
      </div>
      {current && (
        <button type="button" className={css['close']} onClick={() => onClose(current)}>
          <X aria-hidden="true" />
          <span className="hide-p">{t('terminal.close', { terminal: current.title })}</span>
          <span className="only-p vh">{t('terminal.close', { terminal: current.title })}</span>
        </button>
      )}
    </div>
  );
}
