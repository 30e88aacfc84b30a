import { useEffect } from 'react';

import { t } from '../words';

/** Name the browser's tab after the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = t('common.tab', { title });
  }, [title]);
}
