import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';

import { call, sentenceOf } from '../../api/client';
import { Button } from '../../parts/Button';
import { t } from '../../words';
import css from './Elsewhere.module.css';

/** The other way in: off to the provider, which sends the browser back to the page Return. */
export function Elsewhere({ name, next }: { name: string; next: string }) {
  const leave = useMutation({
    mutationFn: () => call<{ url: string }>('POST', '/session/oidc', { next }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const { reset } = leave;
  useEffect(() => {
    // Whoever comes back by the browser's own button finds the page as they left it, with the button at work.
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) reset();
    };
    window.addEventListener('pageshow', shown);
    return () => window.removeEventListener('pageshow', shown);
  }, [reset]);
  return (
    <div className={css['elsewhere']}>
      <p className={`meta ${css['or']}`}>
        <span>{t('signin.or')}</span>
      </p>
      <Button size="l" wide working={leave.isPending || leave.isSuccess} onClick={() => leave.mutate()}>
        <span className={css['name']}>{t('signin.elsewhere', { name })}</span>
      </Button>
      {leave.error && (
        <p className={css['error']} role="alert">
          {sentenceOf(leave.error)}
        </p>
      )}
    </div>
  );
}
