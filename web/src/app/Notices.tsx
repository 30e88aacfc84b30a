import '../words/shell';

import { useEffect } from 'react';

import { useStore } from '../events/store';
import { Button } from '../parts/Button';
import { StateMark } from '../parts/StateMark';
import { ago, capital, useNow } from '../parts/time';
import { allRead, forgetNotices, notices } from '../parts/told';
import { t } from '../words';
import css from './Notices.module.css';
import { SidePanel } from './SidePanel';

/** What toasts said in this tab, to be read again. */
export function Notices() {
  const { all, unread } = useStore(notices);
  const now = useNow(10_000);
  useEffect(() => {
    if (unread > 0) allRead();
  }, [unread]);
  return (
    <SidePanel
      title={t('nav.notices')}
      acts={
        all.length > 0 && (
          <Button size="s" look="quiet" onClick={forgetNotices}>
            {t('notices.clear')}
          </Button>
        )
      }
    >
      {all.length === 0 ? (
        <p className={`dim ${css['none']}`}>{t('notices.none')}</p>
      ) : (
        <ol className={css['list']}>
          {all.map((each, nth) => (
            <li key={all.length - nth} className={css['row']}>
              <StateMark mark={each.kind === 'failed' ? 'failed' : 'done'} />
              <span className={css['words']}>
                <span>{each.sentence}</span>
                <time className="meta">{capital(ago(each.at, now))}</time>
              </span>
            </li>
          ))}
        </ol>
      )}
    </SidePanel>
  );
}
