import '../words/shell';

import { useMatches } from '@tanstack/react-router';

import { Button } from '../parts/Button';
import { t } from '../words';
import css from './Help.module.css';
import { HELPS } from './helps';
import { keyRows } from './keyLists';
import { KeyRows } from './KeyRows';
import { over } from './over';
import { SidePanel } from './SidePanel';

/** What the page is for and how it is used, beside the page. It changes with the page. */
export function Help({ admin }: { admin: boolean }) {
  const here = useMatches({ select: (matches) => matches.at(-1)?.staticData });
  const help = HELPS[here?.help ?? 'home'];
  return (
    <SidePanel title={here?.title ? t('help.title', { page: t(here.title) }) : t('nav.help')}>
      <div className={css['words']}>
        {help.words.map((key) => (
          <p key={key}>{t(key)}</p>
        ))}
      </div>
      {help.places.length > 0 && (
        <section>
          <h3 className={css['title']}>{t('help.page_keys')}</h3>
          <KeyRows rows={help.places.flatMap((place) => keyRows(place, admin))} />
        </section>
      )}
      <p className={css['title']}>
        <Button size="s" onClick={() => over.set('keys')}>
          {t('help.all_keys')}
        </Button>
      </p>
    </SidePanel>
  );
}
