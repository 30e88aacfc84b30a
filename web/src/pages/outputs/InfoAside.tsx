import { Maximize2, X } from 'lucide-react';

import type { OutputView } from '../../api/types';
import { IconButton } from '../../parts/IconButton';
import { t } from '../../words';
import { thumbnailOf } from './addresses';
import css from './InfoAside.module.css';
import { InfoPanel } from './InfoPanel';

/** Beside the grid: the file that the keyboard is on, larger, and how it was made. */
export function InfoAside({ item, onOpen, onClose }: { item: OutputView; onOpen: () => void; onClose: () => void }) {
  return (
    <aside className={css['aside']} aria-label={t('outputs.info_of', { name: item.name })}>
      <div className={css['top']}>
        <h2 className="el" title={item.path}>
          {item.name}
        </h2>
        <IconButton label={t('outputs.open')} onClick={onOpen}>
          <Maximize2 />
        </IconButton>
        <IconButton label={t('common.close')} onClick={onClose}>
          <X />
        </IconButton>
      </div>
      {item.kind === 'image' && (
        <div className={css['large']}>
          <img key={item.path} src={thumbnailOf(item, 1024)} alt={item.name} draggable={false} />
        </div>
      )}
      <InfoPanel key={item.path} item={item} />
    </aside>
  );
}
