import { Dialog } from '../parts/Dialog';
import { t } from '../words';
import css from './KeyList.module.css';
import { keyRows, PLACES } from './keyLists';
import { KeyRows } from './KeyRows';
import { close } from './over';
import { usePreferences } from './preferences';

/** Every key that does something. */
export function KeyList({ admin }: { admin: boolean }) {
  const { keys } = usePreferences();
  return (
    <Dialog title={t('keys.title')} open onClose={close}>
      {PLACES.map((place) => (
        <section key={place}>
          <h3 className={css['title']}>{t(`keys.${place}`)}</h3>
          <KeyRows rows={keyRows(place, admin)} />
        </section>
      ))}
      <p className="meta">{t(keys ? 'keys.mend' : 'keys.off')}</p>
    </Dialog>
  );
}
