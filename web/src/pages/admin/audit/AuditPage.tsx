import { AdminsOnly } from '../../../app/AdminsOnly';
import { PageHead } from '../../../parts/Surface';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';

/** For admins. */
export function AuditPage() {
  useTitle(t('nav.audit'));
  return (
    <AdminsOnly>
      <PageHead title={t('nav.audit')} />
    </AdminsOnly>
  );
}
