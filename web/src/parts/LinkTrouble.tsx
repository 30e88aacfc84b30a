import { Link } from '@tanstack/react-router';

import { Problem } from '../api/client';
import { t } from '../words';
import { Button, buttonClass } from './Button';
import css from './LinkTrouble.module.css';
import { SignHead } from './SignLayout';
import { Skeleton } from './Surface';

/** The form's outline while its link is checked. */
export function LinkWaits() {
  return (
    <div aria-busy="true" aria-label={t('common.loading')} role="status">
      <Skeleton rows={4} height={46} />
    </div>
  );
}

/** A one-time link that opens nothing: it is missing, used, too old, or the studio does not answer. */
export function LinkTrouble({ kind, code, error }: { kind: 'setup' | 'join'; code: string; error: unknown }) {
  const unreachable = error instanceof Problem && (error.status === 0 || error.status >= 500);
  if (unreachable) {
    return (
      <>
        <SignHead title={t('offline.title')}>{error.sentence}</SignHead>
        <div className={css['acts']}>
          <Button onClick={() => window.location.reload()}>{t('common.try_again')}</Button>
        </div>
      </>
    );
  }
  const said = error instanceof Problem && error.status !== 404 ? error.sentence : null;
  const missing = code === '';
  return (
    <>
      <SignHead title={t(missing ? `${kind}.no_code` : `${kind}.bad_code`)}>
        {said ?? t(missing ? `${kind}.no_code_text` : `${kind}.bad_code_text`)}
      </SignHead>
      <div className={css['acts']}>
        <Link to="/signin" className={buttonClass({})}>
          {t('link.to_signin')}
        </Link>
      </div>
    </>
  );
}
