import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../../api/client';
import type { JobView, Me } from '../../../api/types';
import { Confirm } from '../../../parts/Dialog';
import { t } from '../../../words';

/** Says what ends with a terminal before it is closed. */
export function CloseTerminal({ job, me, onClose, onClosed }: { job: JobView; me: Me; onClose: () => void; onClosed: () => void }) {
  const close = useMutation({
    mutationFn: () => call<JobView>('POST', `/jobs/${job.id}/cancel`, {}),
    onSuccess: () => {
      onClosed();
      onClose();
    },
  });
  return (
    <Confirm
      title={t('terminal.close_title', { terminal: job.title })}
      open
      onClose={onClose}
      keep={t('terminal.close_keep')}
      act={t('terminal.close_act')}
      working={close.isPending}
      error={close.error ? sentenceOf(close.error) : null}
      onAct={() => close.mutate()}
    >
      {job.by !== me.name && <p>{t('terminal.close_others', { name: job.by })}</p>}
      <p>{t('terminal.close_text')}</p>
    </Confirm>
  );
}
