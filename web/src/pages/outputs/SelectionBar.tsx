import { Download, Trash2, X } from 'lucide-react';

import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { bytes } from '../../parts/size';
import { count, t } from '../../words';
import css from './SelectionBar.module.css';

/** What is chosen, how large it is, and what can be done with it. */
export function SelectionBar({ many, size, onClear, onTrash, onDownload }: { many: number; size: number; onClear: () => void; onTrash: () => void; onDownload: () => void }) {
  return (
    <div className={css['bar']} role="region" aria-label={t('outputs.selection')}>
      <IconButton label={t('outputs.clear')} onClick={onClear}>
        <X />
      </IconButton>
      <b className="num" role="status">
        {count('outputs.selected', many)}
      </b>
      <span className={`meta ${css['size']}`}>{bytes(size)}</span>
      <i aria-hidden="true" />
      <Button look="quiet" online onClick={onTrash} aria-label={t('outputs.trash')}>
        <Trash2 aria-hidden="true" />
        <span className="hide-p">{t('outputs.trash')}</span>
      </Button>
      <Button look="primary" online onClick={onDownload}>
        <Download aria-hidden="true" />
        {t(many > 1 ? 'outputs.download_zip' : 'outputs.download')}
      </Button>
    </div>
  );
}
