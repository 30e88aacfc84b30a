import { Film, FileQuestion, FileText, type LucideIcon, Music, Play } from 'lucide-react';
import { memo, useEffect, useState } from 'react';

import type { OutputView } from '../../api/types';
import { useOnline } from '../../events/connection';
import { clock } from '../../parts/time';
import { t } from '../../words';
import { fileOf, thumbnailOf, thumbnailSize } from './addresses';
import { videoLength } from './lengths';
import css from './Tile.module.css';

interface TileProps {
  item: OutputView;
  index: number;
  left: number;
  top: number;
  width: number;
  height: number;
  nth: number;
  of: number;
  chosen: boolean;
  current: boolean;
  /** The one that the Tab key reaches. */
  reached: boolean;
  fresh: boolean;
  /** It rushes by: its picture is not asked for yet. */
  rushing: boolean;
}

/** One file: its picture, the box that chooses it, and what it is when it is no picture. Presses are heard by the grid. */
export const Tile = memo(function Tile({ item, index, left, top, width, height, nth, of, chosen, current, reached, fresh, rushing }: TileProps) {
  const [asked, ask] = useState(!rushing);
  useEffect(() => {
    if (!rushing) ask(true);
  }, [rushing]);
  return (
    <li
      className={[css['tile'], chosen && css['chosen'], current && css['current'], fresh && css['fresh']].filter(Boolean).join(' ')}
      style={{ left, top, width, height }}
      aria-setsize={of}
      aria-posinset={nth}
    >
      <button type="button" className={css['open']} tabIndex={reached ? 0 : -1} data-open={index} aria-label={t(`outputs.open_${item.kind}`, { name: item.name, clock: clock(item.at) })} aria-current={current || undefined}>
        <span className={css['picture']}>{asked && <Face item={item} longer={Math.max(width, height)} />}</span>
      </button>
      <input type="checkbox" className={css['box']} tabIndex={-1} data-choose={index} checked={chosen} readOnly aria-label={t('outputs.choose', { name: item.name })} />
    </li>
  );
});

function Face({ item, longer }: { item: OutputView; longer: number }) {
  if (item.kind === 'image') return <Picture item={item} longer={longer} />;
  if (item.kind === 'video') return <Clip item={item} />;
  return <Words item={item} icon={item.kind === 'audio' ? Music : FileText} />;
}

/** Whether something failed to load; tried again when the studio answers again. */
function useFailed(): [boolean, () => void] {
  const [failed, fail] = useState(false);
  const online = useOnline();
  useEffect(() => {
    if (online) fail(false);
  }, [online]);
  return [failed, () => fail(true)];
}

function Picture({ item, longer }: { item: OutputView; longer: number }) {
  const [loaded, load] = useState(false);
  const [failed, fail] = useFailed();
  if (failed) return <Words item={item} icon={FileQuestion} />;
  // A drawing is small at any size; no picture is made of it.
  const src = /\.svg$/i.test(item.name) ? fileOf(item) : thumbnailOf(item, thumbnailSize(longer * window.devicePixelRatio));
  return <img className={loaded ? css['loaded'] : ''} src={src} alt={item.name} decoding="async" draggable={false} onLoad={() => load(true)} onError={fail} />;
}

/** A video's first picture, and how long it is once the browser has read that. */
function Clip({ item }: { item: OutputView }) {
  const [seconds, setSeconds] = useState<number | null>(null);
  const [failed, fail] = useFailed();
  if (failed) return <Words item={item} icon={Film} />;
  return (
    <>
      <video className={css['loaded']} src={`${fileOf(item)}#t=0.05`} preload="metadata" muted playsInline disablePictureInPicture tabIndex={-1} aria-hidden="true" onLoadedMetadata={(event) => setSeconds(event.currentTarget.duration)} onError={fail} />
      <span className={`${css['length']} num`} aria-hidden="true">
        <Play />
        {videoLength(seconds)}
      </span>
    </>
  );
}

function Words({ item, icon: Icon }: { item: OutputView; icon: LucideIcon }) {
  const ending = /\.([^.]{1,12})$/.exec(item.name)?.[1];
  return (
    <span className={css['words']}>
      <Icon aria-hidden="true" />
      <span className={css['name']}>{item.name}</span>
      {ending && <span className={css['ending']}>{ending}</span>}
    </span>
  );
}
