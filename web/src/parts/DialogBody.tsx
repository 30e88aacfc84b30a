import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef } from 'react';

import { t } from '../words';
import { Button } from './Button';
import type { ConfirmProps, DialogProps } from './Dialog';
import css from './DialogBody.module.css';
import { IconButton } from './IconButton';

/** Something to fill in or read, over the page. */
export function DialogBody({ title, open, onClose, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={css['scrim']} />
        <Base.Popup className={css['box']}>
          <div className={css['head']}>
            <Base.Title className={css['title']}>{title}</Base.Title>
            <Base.Close render={<IconButton label={t('common.close')} />}>
              <X />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Names what is lost and who is hit before it happens. */
export function ConfirmBody({ title, open, onClose, keep, act, working = false, error, onAct, children }: ConfirmProps) {
  const safe = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={css['scrim']} />
        <AlertDialog.Popup className={css['box']} initialFocus={safe}>
          <AlertDialog.Title className={css['title']}>{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div className={css['text']} />}>{children}</AlertDialog.Description>
          {error && (
            <p className={css['error']} role="alert">
              {error}
            </p>
          )}
          <div className={css['acts']}>
            <AlertDialog.Close render={<Button ref={safe}>{keep}</Button>} />
            <Button look="danger" working={working} online onClick={onAct}>
              {act}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
