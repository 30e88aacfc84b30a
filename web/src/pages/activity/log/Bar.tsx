import { Clock3, Copy, Download, Eraser, Minus, Search, WrapText } from 'lucide-react';

import { prefer, usePreferences } from '../../../app/preferences';
import { copyText } from '../../../parts/copyText';
import { IconButton } from '../../../parts/IconButton';
import { say } from '../../../parts/Toasts';
import { count, t } from '../../../words';
import { type Chosen, textOf } from './chosen';
import type { Feed } from './feed';
import { FindField } from './FindField';
import type { Finder } from './finder';
import css from './LogView.module.css';
import { plainOf } from './plain';
import { logPath } from './source';

interface BarProps {
  feed: Feed;
  finder: Finder;
  chosen: Chosen | null;
  finding: boolean;
  onFind: () => void;
  onFindClose: () => void;
  onClear?: (() => void) | undefined;
  onMinimise?: (() => void) | undefined;
}

/** What can be done with a log. */
export function Bar({ feed, finder, chosen, finding, onFind, onFindClose, onClear, onMinimise }: BarProps) {
  const { wrap, times } = usePreferences();
  return (
    <div className={css['bar']}>
      {finding ? (
        <FindField finder={finder} onClose={onFindClose} />
      ) : (
        <button type="button" className={css['look']} aria-label={t('log.search')} onClick={onFind}>
          <Search aria-hidden="true" />
          <span className="hide-p">{t('log.search')}</span>
        </button>
      )}
      <span className="sp" />
      <IconButton label={t('log.wrap')} aria-pressed={wrap} onClick={() => prefer('wrap', !wrap)}>
        <WrapText />
      </IconButton>
      <IconButton label={t('log.times')} aria-pressed={times} onClick={() => prefer('times', !times)}>
        <Clock3 />
      </IconButton>
      <i aria-hidden="true" />
      <IconButton label={t('log.copy')} onClick={() => void copy(feed, chosen)}>
        <Copy />
      </IconButton>
      <a className={css['download']} href={`/api/v1${logPath(feed.source, '/download')}`} download aria-label={t('log.download')} title={t('log.download')}>
        <Download />
      </a>
      {onClear && (
        <IconButton label={t('log.clear')} onClick={onClear}>
          <Eraser />
        </IconButton>
      )}
      {onMinimise && (
        <IconButton label={t('log.minimise')} onClick={onMinimise}>
          <Minus />
        </IconButton>
      )}
    </div>
  );
}

/** What is selected, else the chosen lines, else all that are here. */
async function copy(feed: Feed, chosen: Chosen | null): Promise<void> {
  const { stretch } = feed;
  const selected = document.getSelection()?.toString() ?? '';
  const whole = stretch.whole && feed.state.get().joined;
  const text = selected !== '' ? selected : chosen ? textOf(stretch, chosen) : stretch.items.map(plainOf).join('\n');
  if (!(await copyText(text))) say(t('log.not_copied'), 'failed');
  else if (selected !== '' || chosen) say(t('log.copied_selection'));
  else say(whole ? t('log.copied') : count('log.copied_part', stretch.items.length));
}
