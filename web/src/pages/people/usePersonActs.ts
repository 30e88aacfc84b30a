import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { FreshLink, PersonView } from '../../api/types';
import { say } from '../../parts/Toasts';
import { t } from '../../words';

const fresh = () => cache.invalidateQueries({ queryKey: ['people'] });
const failed = (error: unknown) => say(sentenceOf(error), 'failed');

/** What an admin can do with a person. */
export interface PersonActs {
  link: (person: PersonView) => void;
  disable: (person: PersonView, disabled: boolean) => void;
  promote: (person: PersonView, admin: boolean) => void;
  remove: (person: PersonView) => void;
  /** Whose link is being made. */
  linking: number | null;
}

export function usePersonActs(onLink: (person: PersonView, link: FreshLink) => void, onRemove: (person: PersonView) => void): PersonActs {
  const link = useMutation({
    mutationFn: (person: PersonView) => call<FreshLink>('POST', `/people/${person.id}/reset`, {}),
    onSuccess: (made, person) => {
      onLink(person, made);
      void fresh();
    },
    onError: failed,
  });
  const change = useMutation({
    mutationFn: ({ person, ...body }: { person: PersonView; disabled?: boolean; admin?: boolean }) => call<unknown>('PATCH', `/people/${person.id}`, body),
    onSuccess: (_, { person, disabled, admin }) => {
      if (disabled !== undefined) say(t(disabled ? 'people.was_disabled' : 'people.was_enabled', { name: person.name }));
      if (admin !== undefined) say(t(admin ? 'people.is_admin_now' : 'people.is_artist_now', { name: person.name }));
      void fresh();
    },
    onError: failed,
  });
  return {
    link: (person) => link.mutate(person),
    disable: (person, disabled) => change.mutate({ person, disabled }),
    promote: (person, admin) => change.mutate({ person, admin }),
    remove: onRemove,
    linking: link.isPending ? link.variables.id : null,
  };
}
