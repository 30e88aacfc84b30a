import '../../../words/adminSettings';
import '../../../words/adminValues';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { AdminsOnly } from '../../../app/AdminsOnly';
import { sentenceOf } from '../../../api/client';
import { Button } from '../../../parts/Button';
import { NeedsAdminMode } from '../../../parts/NeedsAdminMode';
import { Note, PageHead, Skeleton } from '../../../parts/Surface';
import { useTitle } from '../../../parts/useTitle';
import { count, rich, t } from '../../../words';
import type { SettingsView } from './model';
import { settingsQuery } from './queries';
import { Restart } from './Restart';
import { Settings } from './Settings';
import css from './Settings.module.css';

/** Every setting of the studio. A restart ends admin mode, so its dialog stands outside of what needs it. */
export function SettingsPage() {
  const [restarting, restart] = useState<SettingsView | null>(null);
  const [gone, go] = useState(false);
  return (
    <AdminsOnly>
      <NeedsAdminMode title={t('nav.settings')}>
        <SettingsBody gone={gone} onRestart={restart} />
      </NeedsAdminMode>
      {restarting && <Restart view={restarting} onGone={() => go(true)} onClose={() => { restart(null); go(false); }} />}
    </AdminsOnly>
  );
}

/** While the portal is `gone` nothing is asked: its answers will want admin mode, which ends with it. */
function SettingsBody({ gone, onRestart }: { gone: boolean; onRestart: (view: SettingsView) => void }) {
  useTitle(t('nav.settings'));
  const { data, error, refetch } = useQuery({ ...settingsQuery, enabled: !gone });
  const waiting = data?.settings.filter((setting) => setting.changed) ?? [];
  return (
    <>
      <PageHead
        title={t('nav.settings')}
        acts={
          data &&
          !data.restart_needed && (
            <Button online onClick={() => onRestart(data)}>
              {t('settings.restart_ask')}
            </Button>
          )
        }
      >
        {data ? rich('settings.answer', { file: <span className="mono">{data.file}</span> }) : ' '}
      </PageHead>
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton rows={3} height={180} />}
      <div className={css['notes']}>
        {data?.problem && (
          <Note look="failed" title={t('settings.unreadable')} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>}>
            {data.problem}
          </Note>
        )}
        {data?.restart_needed && (
          <Note
            look="warn"
            title={count('settings.waiting', waiting.length)}
            end={
              <Button size="s" look="primary" online onClick={() => onRestart(data)}>
                {t('settings.restart_now')}
              </Button>
            }
          >
            {t('settings.waiting_text', { names: waiting.map((setting) => setting.name).join(', ') })}
          </Note>
        )}
      </div>
      {data && <Settings view={data} />}
    </>
  );
}
