import '../words/shell';

import { useMutation } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useEffect } from 'react';

import { sentenceOf } from '../api/client';
import { cache, session } from '../api/queries';
import { Button } from '../parts/Button';
import { duration, useNow } from '../parts/time';
import { say } from '../parts/Toasts';
import { rich, t } from '../words';
import { askAdminMode, endAdminMode } from './adminMode';
import css from './AdminStrip.module.css';

/** From here on the rest is short enough to be asked again. */
const SHORT_SECONDS = 300;

/** Above every page while admin mode is on: how long still, and the way out. */
export function AdminStrip({ until }: { until: number }) {
  const now = useNow(1000);
  const left = until - now;
  const leave = useMutation({ mutationFn: endAdminMode, onError: (error) => say(sentenceOf(error), 'failed') });
  const over = left <= 0;
  useEffect(() => {
    // The studio tells it as well; a machine that slept may hear it late.
    if (over) void cache.invalidateQueries({ queryKey: session.queryKey });
  }, [over]);
  return (
    <section className={css['strip']} aria-label={t('account.admin_mode')}>
      <ShieldCheck aria-hidden="true" />
      <span>{rich('admin_mode.left', { mode: <b>{t('account.admin_mode')}</b>, left: <span className="num">{duration(left < 60 ? Math.max(left, 0) : Math.ceil(left / 60) * 60)}</span> })}</span>
      <span className={css['acts']}>
        {left < SHORT_SECONDS && (
          <Button size="s" online onClick={() => void askAdminMode()}>
            {t('admin_mode.longer')}
          </Button>
        )}
        <Button size="s" look="quiet" online working={leave.isPending} onClick={() => leave.mutate()}>
          <span className="hide-p">{t('admin_mode.leave')}</span>
          <span className="only-p">{t('admin_mode.leave_short')}</span>
        </Button>
      </span>
    </section>
  );
}
