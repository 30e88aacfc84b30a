import { AdminsOnly } from '../../../app/AdminsOnly';
import { PageHead } from '../../../parts/Surface';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';

/** For admins. */
export function ToolsAdmin() {
  useTitle(t('nav.tools'));
  return (
    <AdminsOnly>
      <PageHead title={t('nav.tools')} />
    </AdminsOnly>
  );
}
