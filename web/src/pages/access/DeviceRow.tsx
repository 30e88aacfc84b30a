import '../../words/access';

import { Monitor, Smartphone } from 'lucide-react';
import type { ReactNode } from 'react';

import type { SessionView } from '../../api/types';
import { Badge } from '../../parts/Badge';
import { ago } from '../../parts/time';
import { t } from '../../words';
import css from './access.module.css';
import { isHere, isOwnMachine, isPhone } from './devices';

/** One browser that is signed in: what it is, from where, when it was last seen. */
export function DeviceRow({ device, now, children }: { device: SessionView; now: number; children?: ReactNode }) {
  const name = device.device || t('access.device_unknown');
  const Icon = isPhone(name) ? Smartphone : Monitor;
  return (
    <li className={css['row']}>
      <Icon aria-hidden="true" />
      <span className={css['words']}>
        <span className={css['name']}>
          <b className="el" title={name}>{name}</b>
          {device.current && <Badge look="accent">{t('access.this_device')}</Badge>}
        </span>
        <span className="meta el" title={device.address}>
          {t(isHere(device, now) ? 'access.device_here' : 'access.device_line', { address: isOwnMachine(device.address) ? t('access.own_machine') : device.address, seen: ago(device.seen_at, now) })}
        </span>
      </span>
      {children}
    </li>
  );
}
