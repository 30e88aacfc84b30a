import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

import { IconButton } from '../parts/IconButton';
import { t } from '../words';
import { close } from './over';
import css from './SidePanel.module.css';

/** Stands beside the page, which can be used meanwhile. On a phone it comes from below. */
export function SidePanel({ title, acts, children }: { title: string; acts?: ReactNode; children: ReactNode }) {
  return (
    <Dialog.Root open modal={false} disablePointerDismissal onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Popup className={css['panel']} data-aside>
          <div className={css['head']}>
            <Dialog.Title>{title}</Dialog.Title>
            {acts}
            <Dialog.Close render={<IconButton label={t('common.close')} />}>
              <X />
            </Dialog.Close>
          </div>
          <div className={css['body']} tabIndex={-1}>
            {children}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
