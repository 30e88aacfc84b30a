import { useTitle } from '../parts/useTitle';
import { t } from '../words';
import { Message } from './Message';

/** An address that leads nowhere. */
export function Missing() {
  useTitle(t('missing.title'));
  return <Message title={t('missing.title')} text={t('missing.text')} />;
}
