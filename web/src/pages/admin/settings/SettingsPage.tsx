import { AdminsOnly } from '../../../app/AdminsOnly';
import { PageHead } from '../../../parts/Surface';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';

/** For admins. */
export function SettingsPage() {
  useTitle(t('nav.settings'));
  return (
    <AdminsOnly>
      <PageHead title={t('nav.settings')} />
    </AdminsOnly>
  );
}
