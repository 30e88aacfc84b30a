import type { FreshLink } from '../../api/types';
import { CopyLine } from '../../parts/CopyLine';
import { QrCode } from '../../parts/QrCode';
import { until } from '../../parts/time';
import { t } from '../../words';
import { onlyHere } from './onlyHere';
import css from './ShownLink.module.css';

/** A link that was just made: to copy, and for a phone's camera. `now` in seconds adds until when it works. */
export function ShownLink({ link, label, now }: { link: FreshLink; label: string; now?: number }) {
  return (
    <div className={css['link']}>
      <CopyLine value={link.link} label={label} />
      {link.qr && (
        <div className={css['scan']}>
          <QrCode code={link.qr} label={t('people.qr', { label })} />
          <div>
            <p className="dim">{t(onlyHere(link.link) ? 'people.qr_here' : 'people.qr_text')}</p>
            {now !== undefined && <p className="meta">{t('people.works_until', { until: until(link.expires_at, now) })}</p>}
          </div>
        </div>
      )}
      {!link.qr && now !== undefined && <p className="meta">{t('people.works_until', { until: until(link.expires_at, now) })}</p>}
    </div>
  );
}
