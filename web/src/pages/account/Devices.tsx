import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import { leaving, left } from '../../api/session';
import type { SessionView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Dialog';
import { Note, Skeleton } from '../../parts/Surface';
import { useNow } from '../../parts/time';
import { say } from '../../parts/Toasts';
import { count, t } from '../../words';
import { DeviceRow } from '../access/DeviceRow';
import { byUse } from '../access/devices';
import css from './Account.module.css';
import { Card } from './Card';
import { devices as devicesQuery } from './queries';

const fresh = () => cache.invalidateQueries({ queryKey: devicesQuery.queryKey });

/** Where somebody is signed in, and the way out of one, the others, or all. */
export function Devices() {
  const { data, error, refetch } = useQuery(devicesQuery);
  const [everywhere, leaveEverywhere] = useState(false);
  const now = useNow(20_000);
  const others = data?.filter((device) => !device.current).length ?? 0;
  const endOthers = useMutation({
    mutationFn: () => call<undefined>('DELETE', '/me/sessions?keep=true'),
    onSuccess: () => say(count('own.others_ended', others)),
    onError: (problem) => say(sentenceOf(problem), 'failed'),
    onSettled: fresh,
  });
  return (
    <Card id="devices" title={t('own.devices')} text={t('own.devices_text')}>
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && <Skeleton rows={2} height={44} />}
      {data && (
        <>
          <ul className={css['list']}>
            {byUse(data).map((device) => (
              <Device key={device.id} device={device} now={now} />
            ))}
          </ul>
          <div className={css['acts']}>
            {others > 0 && (
              <Button online working={endOthers.isPending} onClick={() => endOthers.mutate()}>
                {t('own.end_others')}
              </Button>
            )}
            <Button look="risky" online onClick={() => leaveEverywhere(true)}>
              {t('own.end_all_ask')}
            </Button>
          </div>
        </>
      )}
      <Everywhere open={everywhere} onClose={() => leaveEverywhere(false)} />
    </Card>
  );
}

function Device({ device, now }: { device: SessionView; now: number }) {
  const end = useMutation({
    mutationFn: () => call<undefined>('DELETE', `/me/sessions/${device.id}`),
    onSuccess: () => say(t('own.device_ended', { device: device.device })),
    onError: (problem) => say(sentenceOf(problem), 'failed'),
    onSettled: fresh,
  });
  return (
    <DeviceRow device={device} now={now}>
      {!device.current && (
        <Button size="s" online working={end.isPending} onClick={() => end.mutate()} aria-label={t('own.device_end_label', { device: device.device })}>
          {t('account.sign_out')}
        </Button>
      )}
    </DeviceRow>
  );
}

function Everywhere({ open, onClose }: { open: boolean; onClose: () => void }) {
  const end = useMutation({
    // Before the answer is here an event may tell that the session is over.
    onMutate: () => {
      leaving.asked = true;
    },
    mutationFn: () => call<undefined>('DELETE', '/me/sessions?keep=false'),
    onSuccess: left,
    onError: () => {
      leaving.asked = false;
    },
  });
  return (
    <Confirm title={t('own.end_all_title')} open={open} onClose={onClose} keep={t('own.end_all_keep')} act={t('own.end_all')} working={end.isPending} error={end.error ? sentenceOf(end.error) : null} onAct={() => end.mutate()}>
      <p>{t('own.end_all_text')}</p>
    </Confirm>
  );
}
