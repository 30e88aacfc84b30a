import { ChevronsUpDown } from 'lucide-react';
import { cloneElement, useState } from 'react';

import type { Me } from '../api/types';
import { Avatar } from '../parts/Avatar';
import { t } from '../words';
import type * as Module from './AccountEntries';
import css from './AccountMenu.module.css';
import { actsAsAdmin } from './acting';

/** Who is signed in, and what they can change about it. Until the first press it is only its button. */
export function AccountMenu({ me, look }: { me: Me; look: 'row' | 'avatar' }) {
  const [entries, load] = useState<typeof Module | null>(null);
  const row = look === 'row';
  const role = actsAsAdmin(me) ? 'account.admin_mode' : me.role === 'admin' ? 'account.admin' : 'account.artist';
  const trigger = (
    <button type="button" className={css[look]} aria-label={t('account.menu', { name: me.name })}>
      <Avatar name={me.name} size="l" />
      {row && (
        <>
          <span className={css['who']}>
            <b className="el" title={me.name}>{me.name}</b>
            <span>{t(role)}</span>
          </span>
          <ChevronsUpDown aria-hidden="true" />
        </>
      )}
    </button>
  );
  if (entries === null) return cloneElement(trigger, { 'aria-haspopup': 'menu', 'aria-expanded': false, onClick: () => void import('./AccountEntries').then(load) });
  return <entries.AccountEntries me={me} phone={!row} side={row ? 'top' : 'bottom'} align={row ? 'start' : 'end'} trigger={trigger} />;
}
