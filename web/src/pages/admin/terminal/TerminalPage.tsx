import { AdminsOnly } from '../../../app/AdminsOnly';
import { PageHead } from '../../../parts/Surface';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';

/** For admins. */
export function TerminalPage() {
  useTitle(t('nav.terminal'));
  return (
    <AdminsOnly>
      <PageHead title={t('nav.terminal')} />
    </AdminsOnly>
  );
}
