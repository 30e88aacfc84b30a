import { CaseSensitive, ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { useState } from 'react';

import { useStore } from '../../../events/store';
import { IconButton } from '../../../parts/IconButton';
import { t } from '../../../words';
import type { Finder, Found } from './finder';
import css from './LogView.module.css';

/** The field to look for something in one log. Enter goes up to older hits, Shift and Enter down. */
export function FindField({ finder, onClose }: { finder: Finder; onClose: () => void }) {
  const found = useStore(finder.found);
  const [text, type] = useState('');
  const [exact, match] = useState(false);
  const look = (next: string, strict: boolean) => {
    type(next);
    match(strict);
    finder.look(next, strict);
  };
  return (
    <div className={css['find']} role="search">
      <Search aria-hidden="true" />
      <input
        autoFocus
        value={text}
        aria-label={t('log.search')}
        placeholder={t('log.search')}
        spellCheck={false}
        onChange={(event) => look(event.target.value, exact)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void finder.step(event.shiftKey ? 'newer' : 'older');
          if (event.key === 'Escape') onClose();
        }}
      />
      <span className="meta" role="status">
        {text !== '' && hitsOf(found)}
      </span>
      <span className={css['keep']}>
        <IconButton label={t('log.exact')} aria-pressed={exact} onClick={() => look(text, !exact)}>
          <CaseSensitive />
        </IconButton>
      </span>
      <IconButton label={t('log.previous')} onClick={() => void finder.step('older')}>
        <ChevronUp />
      </IconButton>
      <IconButton label={t('log.next')} onClick={() => void finder.step('newer')}>
        <ChevronDown />
      </IconButton>
      <IconButton label={t('log.find_close')} onClick={onClose}>
        <X />
      </IconButton>
    </div>
  );
}

function hitsOf({ hits, current, more, busy }: Found): string {
  if (hits.length === 0) return t(busy ? 'log.searching' : 'log.no_hits');
  const hit = current === null ? 0 : hits.indexOf(current) + 1;
  // Counted from the newest, where a log is read: how many there are further up may not be known yet.
  return t(more ? 'log.hits_more' : 'log.hits', { hit: hits.length - hit + 1, hits: hits.length });
}
