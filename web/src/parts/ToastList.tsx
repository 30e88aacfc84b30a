import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect } from 'react';

import { t } from '../words';
import { IconButton } from './IconButton';
import { StateMark } from './StateMark';
import { type Said, said } from './Toasts';
import css from './ToastList.module.css';

const manager = Toast.createToastManager();

/** Nothing that needs reading belongs in a toast: it goes by itself after 6 s. */
function add({ sentence, kind, undo }: Said): void {
  const id = manager.add({
    description: sentence,
    type: kind,
    timeout: 6000,
    priority: kind === 'failed' ? 'high' : 'low',
    ...(undo && {
      actionProps: {
        children: t('common.undo'),
        onClick: () => {
          manager.close(id);
          undo();
        },
      },
    }),
  });
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={css['toast']} data-toast>
      <StateMark mark={toast.type === 'failed' ? 'failed' : 'done'} />
      <Toast.Description className={css['text']} />
      {toast.actionProps && <Toast.Action className={css['act']} />}
      <Toast.Close render={<IconButton label={t('common.close')} />}>
        <X />
      </Toast.Close>
    </Toast.Root>
  ));
}

/** The place where toasts appear. */
export function ToastList() {
  useEffect(() => {
    const take = () => {
      const waiting = said.get();
      said.set([]);
      waiting.forEach(add);
    };
    take();
    return said.watch(() => {
      if (said.get().length > 0) take();
    });
  }, []);
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={css['place']}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
