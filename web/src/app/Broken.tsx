import { Link, useRouter } from '@tanstack/react-router';

import { Problem, sentenceOf } from '../api/client';
import { cache } from '../api/queries';
import { Button, buttonClass } from '../parts/Button';
import { useTitle } from '../parts/useTitle';
import { t } from '../words';
import { Message } from './Message';

/** A page that could not be shown: refused, unreachable, or a fault of ours. */
export function Broken({ error }: { error: unknown }) {
  const router = useRouter();
  const status = error instanceof Problem ? error.status : null;
  const title = status === 403 ? t('refused.title') : status === 0 ? t('offline.title') : status === 404 ? t('missing.title') : t('broken.title');
  const text = status === 403 ? t('refused.text') : sentenceOf(error);
  useTitle(title);
  const again = async () => {
    await cache.resetQueries();
    await router.invalidate();
  };
  return (
    <Message title={title} text={text}>
      {status !== 403 && status !== 404 && <Button onClick={() => void again()}>{t('common.try_again')}</Button>}
      <Link to="/" className={buttonClass(status === 403 || status === 404 ? {} : { look: 'quiet' })}>
        {t('missing.home')}
      </Link>
    </Message>
  );
}
