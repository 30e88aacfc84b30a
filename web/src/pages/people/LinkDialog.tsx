import type { FreshLink, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Dialog, DialogActs } from '../../parts/Dialog';
import { until } from '../../parts/time';
import { t } from '../../words';
import css from './AddPerson.module.css';
import { ShownLink } from './ShownLink';
import { waits } from './words';

/** The link that was just made, shown once. */
export function LinkDialog({ person, link, onClose }: { person: PersonView | null; link: FreshLink | null; onClose: () => void }) {
  if (person === null || link === null) return null;
  const fields = { name: person.name, until: until(link.expires_at, Date.now() / 1000) };
  return (
    <Dialog title={t('people.link_of', fields)} open onClose={onClose}>
      <div className={css['form']}>
        <p className="dim">{t(waits(person.state) ? 'people.link_text' : 'people.reset_text', fields)}</p>
        <ShownLink link={link} label={t('people.link_of', fields)} />
        <DialogActs>
          <Button look="primary" onClick={onClose}>{t('common.done')}</Button>
        </DialogActs>
      </div>
    </Dialog>
  );
}
