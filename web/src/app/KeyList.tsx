import { Dialog } from '../parts/Dialog';
import { t, type WordKey } from '../words';
import css from './KeyList.module.css';

type Row = readonly [keys: string[], word: WordKey];

const GO: Row[] = [
  [['G', 'H'], 'keys.home'],
  [['G', 'A'], 'keys.activity'],
];
const GO_ADMIN: Row[] = [[['G', 'P'], 'keys.people']];
const LOG: Row[] = [
  [['/'], 'keys.search'],
  [['End'], 'keys.follow'],
  [['E'], 'keys.first_error'],
  [['Esc'], 'keys.close'],
  [['?'], 'keys.list'],
];

/** Every key that does something. */
export function KeyList({ open, onClose, admin }: { open: boolean; onClose: () => void; admin: boolean }) {
  return (
    <Dialog title={t('keys.title')} open={open} onClose={onClose}>
      <dl className={css['keys']}>
        {[...GO, ...(admin ? GO_ADMIN : []), ...LOG].map(([keys, word]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="meta">{t('keys.off')}</p>
    </Dialog>
  );
}
