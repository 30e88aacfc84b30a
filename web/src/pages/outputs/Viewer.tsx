import { Dialog } from '@base-ui/react/dialog';
import { ChevronLeft, ChevronRight, Download, Info, Trash2, X, ZoomIn, ZoomOut } from 'lucide-react';
import { type PointerEvent, useEffect, useRef, useState } from 'react';

import { typing } from '../../app/keys';
import { usePreferences } from '../../app/preferences';
import { keysOf } from '../../app/shortcuts';
import type { OutputView } from '../../api/types';
import { useOnline } from '../../events/connection';
import { IconButton } from '../../parts/IconButton';
import { inFigures, t } from '../../words';
import { downloadOf, fileOf } from './addresses';
import { InfoPanel } from './InfoPanel';
import { Stage } from './Stage';
import { download } from './useOutputActs';
import css from './Viewer.module.css';

interface ViewerProps {
  item: OutputView;
  /** Its place among all, from 1, where it is known. */
  nth: number | null;
  of: number;
  before: OutputView | null;
  after: OutputView | null;
  info: boolean;
  onInfo: () => void;
  onShow: (item: OutputView) => void;
  onTrash: () => void;
  onClose: () => void;
}

/** Further than this sideways is a swipe. */
const SWIPE = 60;

/** One file as large as the screen allows, with what is known about it beside it. */
export function Viewer({ item, nth, of, before, after, info, onInfo, onShow, onTrash, onClose }: ViewerProps) {
  const { keys: letters } = usePreferences();
  const online = useOnline();
  const [actual, setActual] = useState(false);
  const swipe = useRef<{ x: number; y: number } | null>(null);
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => setActual(false), [item.path]);
  useEffect(() => {
    for (const near of [after, before]) if (near?.kind === 'image') new Image().src = fileOf(near);
  }, [after, before]);

  const step = (to: OutputView | null) => to && onShow(to);
  const acts: Record<string, () => void> = {
    ArrowLeft: () => step(before),
    ArrowRight: () => step(after),
    Delete: () => online && onTrash(),
    ...(letters && { [keysOf('outputs.info')]: onInfo, [keysOf('outputs.download')]: () => void download([item]), [keysOf('outputs.zoom')]: () => setActual(!actual) }),
  };
  useEffect(() => {
    // On the window: after an undo the focus is on no part of the viewer, and keys should go on. Captured: the dialog
    // keeps the arrows to itself.
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      // A video's own controls use the arrows.
      if (event.target instanceof HTMLMediaElement) return;
      const act = acts[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  });
  const lift = (event: PointerEvent) => {
    const from = swipe.current;
    swipe.current = null;
    if (!from || actual || event.pointerType === 'mouse' || (window.visualViewport?.scale ?? 1) > 1) return;
    const x = event.clientX - from.x;
    if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(event.clientY - from.y)) step(x > 0 ? before : after);
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Popup className={`${css['viewer']} ${info ? css['informed'] : ''}`} initialFocus={stage}>
          <header className={css['top']}>
            <IconButton label={t('outputs.back')} onClick={onClose}>
              <X />
            </IconButton>
            <Dialog.Title className="el" title={item.path}>
              {item.name}
            </Dialog.Title>
            {nth !== null && <span className="meta hide-p">{t('outputs.nth', { nth: inFigures(nth), of: inFigures(of) })}</span>}
            <span className={css['acts']}>
              {item.kind === 'image' && (
                <span className="hide-p">
                  <IconButton label={t(actual ? 'outputs.fit' : 'outputs.actual')} aria-pressed={actual} onClick={() => setActual(!actual)}>
                    {actual ? <ZoomOut /> : <ZoomIn />}
                  </IconButton>
                </span>
              )}
              <IconButton label={t('outputs.trash')} onClick={onTrash} aria-disabled={!online || undefined}>
                <Trash2 />
              </IconButton>
              <a className={css['link']} href={downloadOf(item.path)} download="" aria-label={t('outputs.download')} title={t('outputs.download')}>
                <Download aria-hidden="true" />
              </a>
              <IconButton label={t(info ? 'outputs.info_close' : 'outputs.info')} aria-expanded={info} onClick={onInfo}>
                <Info />
              </IconButton>
            </span>
          </header>
          <div ref={stage} tabIndex={-1} className={css['stage']} onPointerDown={(event) => (swipe.current = { x: event.clientX, y: event.clientY })} onPointerUp={lift}>
            <Stage key={item.path + item.version} item={item} actual={actual} onActual={() => setActual(!actual)} />
            {before && (
              <button type="button" className={`${css['side']} ${css['left']}`} aria-label={t('outputs.newer')} onClick={() => step(before)}>
                <ChevronLeft aria-hidden="true" />
              </button>
            )}
            {after && (
              <button type="button" className={`${css['side']} ${css['right']}`} aria-label={t('outputs.older')} onClick={() => step(after)}>
                <ChevronRight aria-hidden="true" />
              </button>
            )}
          </div>
          {info && (
            <aside className={css['info']} aria-label={t('outputs.info_of', { name: item.name })}>
              <InfoPanel key={item.path} item={item} />
            </aside>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
