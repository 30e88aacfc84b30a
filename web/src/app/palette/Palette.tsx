import '../../words/shell';

import { Dialog } from '@base-ui/react/dialog';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache, tools as toolsQuery } from '../../api/queries';
import type { Me, ToolView } from '../../api/types';
import { StopTool } from '../../pages/home/StopTool';
import { useTool } from '../../pages/home/useTool';
import { Caps } from '../../parts/Caps';
import { IconButton } from '../../parts/IconButton';
import { say } from '../../parts/Toasts';
import { count, t } from '../../words';
import { capsOf } from '../keyNames';
import { close } from '../over';
import { actionEntries, type Entry, found, pageEntries, toolEntries } from './entries';
import css from './Palette.module.css';
import { useAsked } from './useAsked';

/** Finds and does whatever has a name: pages, tools, files, prompts, people, settings, actions. */
export function Palette({ me }: { me: Me }) {
  const [stopping, stop] = useState<ToolView | null>(null);
  if (stopping) return <Stopping tool={stopping} me={me} />;
  return <Finder me={me} onStop={stop} />;
}

function Stopping({ tool, me }: { tool: ToolView; me: Me }) {
  return <StopTool tool={tool} me={me} open onClose={close} stop={useTool(tool).stop} />;
}

function Finder({ me, onStop }: { me: Me; onStop: (tool: ToolView) => void }) {
  const go = useNavigate();
  const [typed, type] = useState('');
  const [at, move] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const { data: tools } = useQuery(toolsQuery);
  const start = useMutation({
    mutationFn: (tool: ToolView) => call<ToolView>('POST', `/tools/${encodeURIComponent(tool.id)}/start`, {}),
    onSuccess: () => void cache.invalidateQueries({ queryKey: toolsQuery.queryKey }),
    onError: (error) => say(sentenceOf(error), 'failed'),
  });
  const known = useMemo(() => [...pageEntries(me, go), ...toolEntries(tools ?? [], { start: start.mutate, stop: onStop }, go), ...actionEntries(me)], [me, go, tools, start.mutate, onStop]);
  const { entries: asked, looks } = useAsked(typed, me);
  const groups = found(typed, known, asked);
  const all = groups.flatMap(([, entries]) => entries);
  const current = Math.min(at, all.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current, typed]);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    if (!entry.stays) close();
    entry.act();
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: Math.min(current + 8, all.length - 1), PageUp: Math.max(current - 8, 0) };
    const next = steps[event.key];
    if (event.nativeEvent.isComposing || (next === undefined && event.key !== 'Enter')) return;
    event.preventDefault();
    if (next === undefined) choose(all[current]);
    else if (all.length > 0) move((next + all.length) % all.length);
  };
  return (
    <Dialog.Root open onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={css['scrim']} />
        <Dialog.Popup className={css['box']} aria-label={t('palette.title')} initialFocus={input}>
          <div className={css['top']}>
            <Search aria-hidden="true" />
            <input
              ref={input}
              className={css['input']}
              role="combobox"
              aria-label={t('palette.title')}
              aria-expanded="true"
              aria-controls={`${id}-list`}
              aria-autocomplete="list"
              aria-activedescendant={all[current] && `${id}-${current}`}
              placeholder={t('palette.hint')}
              value={typed}
              spellCheck={false}
              autoComplete="off"
              maxLength={100}
              onKeyDown={press}
              onChange={(event) => {
                type(event.target.value);
                move(0);
              }}
            />
            <Dialog.Close render={<IconButton label={t('common.close')} />}>
              <X />
            </Dialog.Close>
          </div>
          <div ref={list} className={css['list']} id={`${id}-list`} role="listbox" aria-label={t('palette.title')} tabIndex={-1}>
            {groups.map(([group, entries]) => (
              <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
                <div className={css['group']} id={`${id}-${group}`}>
                  {t(`palette.${group}`)}
                </div>
                {entries.map((entry) => {
                  const nth = all.indexOf(entry);
                  return (
                    // The keyboard acts on the input, which names the row that is chosen.
                    <div key={entry.id} id={`${id}-${nth}`} className={css['row']} role="option" aria-selected={nth === current} onMouseMove={() => move(nth)} onClick={() => choose(entry)}>
                      <Row entry={entry} />
                    </div>
                  );
                })}
              </div>
            ))}
          </div>
          {all.length === 0 && <p className={css['none']}>{t(looks ? 'palette.looking' : 'palette.none', { text: typed.trim() })}</p>}
          <span className="vh" role="status">
            {typed.trim() !== '' && !looks && count('palette.results', all.length)}
          </span>
          <div className={`meta ${css['foot']}`} aria-hidden="true">
            <span>
              <Caps caps={['↑', '↓']} /> {t('palette.move')}
            </span>
            <span>
              <Caps caps={capsOf('Enter')} /> {t('palette.choose')}
            </span>
            <span>
              <Caps caps={['Esc']} /> {t('palette.close')}
            </span>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({ entry: { icon: Icon, picture, name, about } }: { entry: Entry }) {
  return (
    <>
      {Icon && <Icon aria-hidden="true" />}
      {picture !== undefined && <img src={picture} alt="" loading="lazy" decoding="async" />}
      <span className="el" title={name}>{name}</span>
      {about !== undefined && <span className={`meta el ${css['about']}`}>{about}</span>}
    </>
  );
}
