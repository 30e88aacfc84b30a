import '../words/size';

import { t } from '../words';
import { locale } from '../words/language';

const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

/** "840 kB", "3.1 MB", "12.4 GB" */
export function bytes(size: number): string {
  if (size < 1000) return t('size.bytes', { size: whole.format(size) });
  if (size < 999_500) return t('size.kilo', { size: whole.format(size / 1e3) });
  if (size < 999_950_000) return t('size.mega', { size: size < 99_950_000 ? one.format(size / 1e6) : whole.format(size / 1e6) });
  return t('size.giga', { size: one.format(size / 1e9) });
}
