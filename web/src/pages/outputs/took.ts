import { duration } from '../../parts/time';
import { t } from '../../words';

/** How long something took, in words; most workflows without a model take less than a second. */
export const took = (seconds: number): string => (seconds < 1 ? t('outputs.under_a_second') : duration(seconds));
