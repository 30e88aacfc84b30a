import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { FreshLink, GrantView, PersonView, TokenView } from '../../api/types';
import { say } from '../../parts/Toasts';
import { t } from '../../words';
import type { Asking } from './Asked';
import { grantPath } from './grant';

const fresh = () => cache.invalidateQueries({ queryKey: ['people'] });
const failed = (error: unknown) => say(sentenceOf(error), 'failed');

/** What an admin can do with a person. */
export interface PersonActs {
  link: (person: PersonView) => void;
  disable: (person: PersonView, disabled: boolean) => void;
  promote: (person: PersonView, admin: boolean) => void;
  grant: (person: PersonView, tool: GrantView, may: boolean | null, loses: boolean) => void;
  rename: (person: PersonView) => void;
  remove: (person: PersonView) => void;
  signOut: (person: PersonView, devices: number) => void;
  unlink: (person: PersonView, issuer: string) => void;
  revoke: (token: TokenView) => void;
  /** Whose link is being made. */
  linking: number | null;
}

interface Change {
  person: PersonView;
  disabled?: boolean;
  admin?: boolean;
}

/** The acts; those that take something away go through `onAsk` first. */
export function usePersonActs(onLink: (person: PersonView, link: FreshLink) => void, onAsk: (asking: Asking) => void): PersonActs {
  const link = useMutation({
    mutationFn: (person: PersonView) => call<FreshLink>('POST', `/people/${person.id}/reset`, {}),
    onSuccess: (made, person) => onLink(person, made),
    onError: failed,
    onSettled: fresh,
  });
  const change = useMutation({
    // What this page shows goes along: where another admin was faster, nothing is changed unseen.
    mutationFn: ({ person, disabled, admin }: Change) =>
      call<PersonView>('PATCH', `/people/${person.id}`, disabled === undefined ? { admin, was: { admin: person.role === 'admin' } } : { disabled, was: { disabled: person.state === 'disabled' } }),
    onSuccess: (now, { disabled, admin, person }) => {
      if (disabled !== undefined) say(t(disabled ? 'people.was_disabled' : 'people.was_enabled', { name: now.name }), 'done', () => change.mutate({ person: now, disabled: !disabled }));
      if (admin !== undefined) say(t(admin ? 'people.is_admin_now' : 'people.is_artist_now', { name: person.name }), 'done', () => change.mutate({ person: now, admin: !admin }));
    },
    onError: failed,
    onSettled: fresh,
  });
  const grant = useMutation({
    mutationFn: ({ person, tool, may }: { person: PersonView; tool: GrantView; may: boolean | null }) => call<unknown>('PUT', grantPath(person, tool), { may }),
    onError: failed,
    onSettled: fresh,
  });
  const { mutate: makeLink } = link;
  const { mutate: makeChange } = change;
  const { mutate: makeGrant } = grant;
  const linking = link.isPending ? link.variables.id : null;
  return useMemo(
    () => ({
      link: (person) => makeLink(person),
      disable: (person, disabled) => makeChange({ person, disabled }),
      promote: (person, admin) => makeChange({ person, admin }),
      grant: (person, tool, may, loses) => (loses ? onAsk({ is: 'shut_out', person, tool, may }) : makeGrant({ person, tool, may })),
      rename: (person) => onAsk({ is: 'rename', person }),
      remove: (person) => onAsk({ is: 'remove', person }),
      signOut: (person, devices) => onAsk({ is: 'sign_out', person, devices }),
      unlink: (person, issuer) => onAsk({ is: 'unlink', person, issuer }),
      revoke: (token) => onAsk({ is: 'revoke', token }),
      linking,
    }),
    [makeLink, makeChange, makeGrant, onAsk, linking],
  );
}
