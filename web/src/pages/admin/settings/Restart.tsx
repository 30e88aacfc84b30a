import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { askAdminMode } from '../../../app/adminMode';
import { call, sentenceOf } from '../../../api/client';
import { cache, session } from '../../../api/queries';
import { connection } from '../../../events/connection';
import { events } from '../../../events';
import { useStore } from '../../../events/store';
import { Button } from '../../../parts/Button';
import { Confirm, Dialog, DialogActs } from '../../../parts/Dialog';
import { Arc, StateMark } from '../../../parts/StateMark';
import { duration, useNow } from '../../../parts/time';
import { t } from '../../../words';
import { addressAfter, type SettingsView } from './model';
import css from './Settings.module.css';

/** From here on something may be wrong. */
const LONG_SECONDS = 30;
const RETRY_MS = 700;

/** Asks first, then shows the portal go and come back. */
export function Restart({ view, onGone, onClose }: { view: SettingsView; onGone: () => void; onClose: () => void }) {
  const [begun, begin] = useState<number | null>(null);
  const restart = useMutation({
    mutationFn: () => call<undefined>('POST', '/studio/restart', {}),
    onSuccess: () => {
      onGone();
      begin(Date.now() / 1000);
    },
  });
  const { moves, address } = addressAfter(view.settings, new URL(window.location.href));
  if (begun !== null) return <Underway begun={begun} address={address} onClose={onClose} />;
  return (
    <Confirm title={t('settings.restart_title')} open onClose={onClose} keep={t('settings.restart_keep')} act={t('settings.restart_act')} working={restart.isPending} error={restart.error ? sentenceOf(restart.error) : null} onAct={() => restart.mutate()}>
      <p>{t('settings.restart_text')}</p>
      <p>{t('settings.restart_mode')}</p>
      {moves && <p>{address === null ? t('settings.restart_moves') : t('settings.restart_moves_to', { address })}</p>}
    </Confirm>
  );
}

/** Whether the portal went and came back since `begun`. */
function useBack(): boolean {
  const state = useStore(connection);
  const gone = useRef(false);
  const [back, come] = useState(false);
  if (state.is === 'lost') gone.current = true;
  const here = gone.current && state.is === 'open';
  useEffect(() => {
    if (here) come(true);
  }, [here]);
  // The socket waits longer and longer between its tries; here somebody is watching.
  useEffect(() => {
    if (back) return undefined;
    const timer = setInterval(events.retryNow, RETRY_MS);
    return () => clearInterval(timer);
  }, [back]);
  return back;
}

function Underway({ begun, address, onClose }: { begun: number; address: string | null; onClose: () => void }) {
  const back = useBack();
  const now = useNow(500);
  const took = useRef(0);
  const { data: me } = useQuery(session);
  useEffect(() => {
    if (!back) return;
    took.current = Date.now() / 1000 - begun;
    void cache.invalidateQueries({ queryKey: session.queryKey });
  }, [back, begun]);
  if (!back) {
    const long = now - begun > LONG_SECONDS;
    return (
      <Dialog title={t('settings.restarting')} open onClose={onClose}>
        <div className={css['underway']} role="status">
          <p className={css['turning']}>
            <Arc />
            <span>{t('settings.restarting_text', { time: duration(now - begun) })}</span>
          </p>
          {address !== null && (
            <p>
              {t('settings.next_address')}{' '}
              <a className="link" href={address}>
                {address}
              </a>
            </p>
          )}
          {long && <p className="dim">{t('settings.restart_long')}</p>}
        </div>
      </Dialog>
    );
  }
  const off = me?.scope !== 'admin';
  return (
    <Dialog title={t('settings.back')} open onClose={onClose}>
      <div className={css['underway']} role="status">
        <StateMark mark="ready">{t('settings.back_text', { time: duration(Math.max(1, took.current)) })}</StateMark>
        {off && <p className="dim">{t('settings.back_mode')}</p>}
        <DialogActs>
          <Button onClick={onClose}>{t('common.close')}</Button>
          {off && (
            <Button
              look="primary"
              onClick={() => {
                onClose();
                void askAdminMode();
              }}
            >
              {t('settings.back_act')}
            </Button>
          )}
        </DialogActs>
      </div>
    </Dialog>
  );
}
