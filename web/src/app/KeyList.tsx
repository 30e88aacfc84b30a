import '../words/keys';

import { Dialog } from '../parts/Dialog';
import { t, type WordKey } from '../words';
import css from './KeyList.module.css';

type Row = readonly [keys: string[], word: WordKey];

const GO: Row[] = [
  [['G', 'H'], 'keys.home'],
  [['G', 'G'], 'keys.outputs'],
  [['G', 'Q'], 'keys.prompts'],
  [['G', 'A'], 'keys.activity'],
];
const GO_ADMIN: Row[] = [[['G', 'P'], 'keys.people']];
const ANYWHERE: Row[] = [
  [['Esc'], 'keys.close'],
  [['?'], 'keys.list'],
];
const GALLERY: Row[] = [
  [['/'], 'keys.filter'],
  [['←', '→', '↑', '↓'], 'keys.move'],
  [['Space'], 'keys.choose'],
  [['Shift', '→'], 'keys.extend'],
  [['Ctrl', 'A'], 'keys.choose_all'],
  [['Enter'], 'keys.open'],
  [['I'], 'keys.info'],
  [['Z'], 'keys.zoom'],
  [['D'], 'keys.download'],
  [['Del'], 'keys.trash'],
];
const LOG: Row[] = [
  [['/'], 'keys.search'],
  [['End'], 'keys.follow'],
  [['E'], 'keys.first_error'],
];

/** Every key that does something. */
export function KeyList({ open, onClose, admin }: { open: boolean; onClose: () => void; admin: boolean }) {
  return (
    <Dialog title={t('keys.title')} open={open} onClose={onClose}>
      <Keys title={t('keys.anywhere')} rows={[...GO, ...(admin ? GO_ADMIN : []), ...ANYWHERE]} />
      <Keys title={t('keys.gallery')} rows={GALLERY} />
      <Keys title={t('keys.logs')} rows={LOG} />
      <p className="meta">{t('keys.off')}</p>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: Row[] }) {
  return (
    <section>
      <h3 className={css['title']}>{title}</h3>
      <dl className={css['keys']}>
        {rows.map(([keys, word]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd>
              {keys.map((key, nth) => (
                <kbd key={nth}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
