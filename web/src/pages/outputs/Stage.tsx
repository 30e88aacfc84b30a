import { FileText, Music } from 'lucide-react';
import { type MouseEvent, useRef, useState } from 'react';

import type { OutputView } from '../../api/types';
import { t } from '../../words';
import { fileOf, thumbnailOf } from './addresses';
import css from './Viewer.module.css';

/** The file itself on the ground behind pictures. */
export function Stage({ item, actual, onActual }: { item: OutputView; actual: boolean; onActual: () => void }) {
  const [failed, fail] = useState(false);
  if (failed) return <p className={css['said']}>{t('outputs.not_shown')}</p>;
  switch (item.kind) {
    case 'image':
      return <Still item={item} actual={actual} onActual={onActual} onFail={() => fail(true)} />;
    case 'video':
      return <video className={css['whole']} src={fileOf(item)} controls loop playsInline preload="metadata" aria-label={item.name} onError={() => fail(true)} />;
    case 'audio':
      return (
        <div className={css['said']}>
          <Music aria-hidden="true" />
          <audio src={fileOf(item)} controls preload="metadata" aria-label={item.name} onError={() => fail(true)} />
        </div>
      );
    case 'other':
      return (
        <div className={css['said']}>
          <FileText aria-hidden="true" />
          <p>{t('outputs.no_picture')}</p>
        </div>
      );
  }
}

/** An image: its thumbnail at once, then itself; fitted, or at its own size to be moved about. */
function Still({ item, actual, onActual, onFail }: { item: OutputView; actual: boolean; onActual: () => void; onFail: () => void }) {
  const [loaded, load] = useState(false);
  // A kind that the browser does not know, such as TIFF, still has its thumbnail.
  const [small, shrink] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const zoom = (event: MouseEvent<HTMLImageElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    onActual();
    // What was pressed comes to the middle, once the image has its own size.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const place = frame.current;
        place?.scrollTo({ left: at.x * place.scrollWidth - place.clientWidth / 2, top: at.y * place.scrollHeight - place.clientHeight / 2 });
      }),
    );
  };
  // A small image is not blown up: its own pixels say more.
  const fitted = item.width && item.height ? { maxWidth: item.width, maxHeight: item.height } : {};
  return (
    <div ref={frame} className={`${css['frame']} ${actual ? css['actual'] : ''}`}>
      {!loaded && <img className={css['whole']} style={fitted} src={thumbnailOf(item, 1024)} alt="" aria-hidden="true" draggable={false} />}
      <img
        className={`${css['whole']} ${loaded ? '' : css['coming']}`}
        src={small ? thumbnailOf(item, 1024) : fileOf(item)}
        alt={item.name}
        decoding="async"
        style={actual && item.width ? { width: item.width / window.devicePixelRatio } : fitted}
        onLoad={() => load(true)}
        onError={() => (small ? onFail() : shrink(true))}
        onClick={zoom}
      />
    </div>
  );
}
