import { AdminsOnly } from '../../../app/AdminsOnly';
import { PageHead } from '../../../parts/Surface';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';

/** For admins. */
export function SystemPage() {
  useTitle(t('nav.system'));
  return (
    <AdminsOnly>
      <PageHead title={t('nav.system')} />
    </AdminsOnly>
  );
}
