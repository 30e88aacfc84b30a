import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { call } from '../api/client';
import type { LinkView } from '../api/types';

/** The code after `#`: it never reaches the server's log. */
function codeOf(): string {
  return decodeURIComponent(window.location.hash.slice(1));
}

/** Check a one-time link when its page opens. The code leaves the address once it was read. */
export function useLink() {
  const [code, setCode] = useState(codeOf);
  useEffect(() => {
    const changed = () => setCode(codeOf());
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  const check = useQuery({
    queryKey: ['link', code],
    queryFn: () => call<LinkView>('POST', '/links/check', { code }),
    enabled: code !== '',
    retry: false,
    gcTime: 0,
  });
  return { code, check };
}
