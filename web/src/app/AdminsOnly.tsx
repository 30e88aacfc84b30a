import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { session } from '../api/queries';
import { useTitle } from '../parts/useTitle';
import { t } from '../words';
import { Message } from './Message';

/** A page for admins: whoever else opens it reads that it is not theirs. The studio refuses them as well. */
export function AdminsOnly({ children }: { children: ReactNode }) {
  const { data: me } = useQuery(session);
  if (!me) return null;
  return me.role === 'admin' ? children : <Refused />;
}

function Refused() {
  useTitle(t('refused.title'));
  return <Message title={t('refused.title')} text={t('refused.text')} />;
}
