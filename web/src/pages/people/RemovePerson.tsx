import { useMutation } from '@tanstack/react-query';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { PersonView } from '../../api/types';
import { Confirm } from '../../parts/Dialog';
import { say } from '../../parts/Toasts';
import { firstName } from '../../parts/names';
import { count, t } from '../../words';

/** Says what goes and what stays before somebody is taken off the roster. */
export function RemovePerson({ person, onClose }: { person: PersonView | null; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: (who: PersonView) => call<undefined>('DELETE', `/people/${who.id}`),
    onSuccess: (_, who) => {
      say(t('people.was_removed', { name: who.name }));
      void cache.invalidateQueries({ queryKey: ['people'] });
      close();
    },
  });
  const close = () => {
    onClose();
    remove.reset();
  };
  if (person === null) return null;
  const short = firstName(person.name);
  return (
    <Confirm
      title={t('people.remove_title', { name: person.name })}
      open
      onClose={close}
      keep={t('people.remove_keep', { name: short })}
      act={t('people.remove_act', { name: short })}
      working={remove.isPending}
      error={remove.error ? sentenceOf(remove.error) : null}
      onAct={() => remove.mutate(person)}
    >
      <p>{person.devices > 0 ? count('people.remove_devices', person.devices) : t('people.remove_text')}</p>
      <p>{t('people.remove_stays')}</p>
    </Confirm>
  );
}
