import { Button } from '../../../parts/Button';
import { CopyLine } from '../../../parts/CopyLine';
import { Dialog, DialogActs } from '../../../parts/Dialog';
import { t } from '../../../words';
import type { Backup } from './model';
import css from './System.module.css';

/** A restore needs the studio to be down, so it is not done from a page: what to type, and what comes of it. */
export function RestoreHelp({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const steps = [
    ['system.step_down', 'comfystudio down'],
    ['system.step_restore', `comfystudio storage restore ${backup.name}`],
    ['system.step_up', 'comfystudio up'],
  ] as const;
  return (
    <Dialog title={t('system.restore_title')} open onClose={onClose}>
      <div className={css['help']}>
        <p className="dim">{t('system.restore_text')}</p>
        <ol>
          {steps.map(([word, command]) => (
            <li key={word}>
              <span>{t(word)}</span>
              <CopyLine value={command} label={t(word)} />
            </li>
          ))}
        </ol>
        <p className="dim">{t('system.restore_loses')}</p>
        <DialogActs>
          <Button onClick={onClose}>{t('common.close')}</Button>
        </DialogActs>
      </div>
    </Dialog>
  );
}
