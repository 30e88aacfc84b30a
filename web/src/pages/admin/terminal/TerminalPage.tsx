import '../../../words/adminTerminal';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { AdminsOnly } from '../../../app/AdminsOnly';
import { session } from '../../../api/queries';
import { NeedsAdminMode } from '../../../parts/NeedsAdminMode';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';
import { Terminals } from './Terminals';

/** Shells of the studio. Opened in admin mode; what is open stays in sight when that ends, and is only looked at. */
export function TerminalPage() {
  const { data: me } = useQuery(session);
  const [opened, open] = useState(false);
  if (me?.scope === 'admin' && !opened) open(true);
  useTitle(t('nav.terminal'));
  if (!opened || !me) return <NeedsAdminMode title={t('nav.terminal')}>{null}</NeedsAdminMode>;
  return (
    <AdminsOnly>
      <Terminals me={me} />
    </AdminsOnly>
  );
}
