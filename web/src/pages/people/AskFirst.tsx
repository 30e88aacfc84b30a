import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import { Confirm } from '../../parts/Dialog';
import { say } from '../../parts/Toasts';

interface AskProps {
  title: string;
  keep: string;
  act: string;
  method: 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  /** What is said once it is done. */
  done: string;
  onClose: () => void;
  children: ReactNode;
}

/** One request about a person that is sent once somebody has read what it takes away. */
export function AskFirst({ method, path, body, done, onClose, children, ...words }: AskProps) {
  const send = useMutation({
    mutationFn: () => call<unknown>(method, path, body),
    onSuccess: () => {
      say(done);
      onClose();
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['people'] }),
  });
  return (
    <Confirm {...words} open onClose={onClose} working={send.isPending} error={send.error ? sentenceOf(send.error) : null} onAct={() => send.mutate()}>
      {children}
    </Confirm>
  );
}
