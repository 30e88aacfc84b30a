import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';

import { IconButton } from '../parts/IconButton';
import { t } from '../words';
import { close } from './over';
import css from './SidePanel.module.css';

/** Stands beside the page, which can be used meanwhile. On a phone it comes from below. */
export function SidePanel({ title, acts, children }: { title: string; acts?: ReactNode; children: ReactNode }) {
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = document.documentElement;
    root.style.setProperty('--aside', 'var(--aside-width)');
    return () => void root.style.removeProperty('--aside');
  }, []);
  return (
    <Dialog.Root open modal={false} disablePointerDismissal onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Popup className={css['panel']} data-aside initialFocus={body}>
          <div className={css['head']}>
            <Dialog.Title>{title}</Dialog.Title>
            {acts}
            <Dialog.Close render={<IconButton label={t('common.close')} />}>
              <X />
            </Dialog.Close>
          </div>
          <div ref={body} className={css['body']} tabIndex={0} role="region" aria-label={title}>
            {children}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
