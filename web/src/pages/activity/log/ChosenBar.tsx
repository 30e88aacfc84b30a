import { Copy, Link2, X } from 'lucide-react';

import { Button } from '../../../parts/Button';
import { copyText } from '../../../parts/copyText';
import { IconButton } from '../../../parts/IconButton';
import { say } from '../../../parts/Toasts';
import { count, t } from '../../../words';
import { type Chosen, firstOf, manyOf, textOf } from './chosen';
import type { Feed } from './feed';
import css from './LogView.module.css';

/** What can be done with the chosen lines. */
export function ChosenBar({ feed, chosen, onClear }: { feed: Feed; chosen: Chosen; onClear: () => void }) {
  const give = async (text: string, said: string) => {
    if (await copyText(text)) say(said);
    else say(t('log.not_copied'), 'failed');
  };
  const many = manyOf(feed.stretch, chosen);
  return (
    <div className={css['more']}>
      <div className={css['chosen']} role="region" aria-label={t('log.chosen')}>
        <IconButton label={t('log.unchoose')} onClick={onClear}>
          <X />
        </IconButton>
        <b className="num" role="status">
          {count('log.chosen', many)}
        </b>
        <Button size="s" look="quiet" onClick={() => void give(textOf(feed.stretch, chosen), count('log.copied_lines', many))}>
          <Copy aria-hidden="true" />
          {t('log.copy_lines')}
        </Button>
        <Button size="s" look="quiet" onClick={() => void give(`${window.location.origin}${feed.source.href}?line=${firstOf(chosen)}`, t('log.copied_link'))}>
          <Link2 aria-hidden="true" />
          {t('log.copy_link')}
        </Button>
      </div>
    </div>
  );
}
