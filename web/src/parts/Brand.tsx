import { t } from '../words';
import css from './Brand.module.css';

/** A hexagon left open as a C, with the picture that forms inside. */
export function BrandMark() {
  return (
    <svg className={css['mark']} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M19.8 6.9 12 2.4 3.7 7.2v9.6L12 21.6l7.8-4.5" stroke="currentColor" strokeWidth="2.9" strokeLinejoin="round" strokeLinecap="round" />
      <path d="M12 8.2 15.3 10.1v3.8L12 15.8 8.7 13.9v-3.8Z" fill="var(--accent-mark)" stroke="var(--accent-mark)" strokeWidth="1.6" strokeLinejoin="round" />
    </svg>
  );
}

export function Brand() {
  return (
    <span className={css['brand']}>
      <BrandMark />
      <span className={css['word']}>{t('common.product')}</span>
    </span>
  );
}
