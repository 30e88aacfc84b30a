import '../../words/entry';

import { SignLayout } from '../../parts/SignLayout';
import { useTitle } from '../../parts/useTitle';
import { t } from '../../words';

/** Where a sign-in at another place comes back to. */
export function Return() {
  useTitle(t('signin.title'));
  return (
    <SignLayout>
      <h1>{t('signin.title')}</h1>
    </SignLayout>
  );
}
