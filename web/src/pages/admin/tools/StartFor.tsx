import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useDeferredValue, useState } from 'react';

import { call, sentenceOf } from '../../../api/client';
import { session } from '../../../api/queries';
import type { PeopleView } from '../../../api/types';
import { Button } from '../../../parts/Button';
import { Dialog, DialogActs } from '../../../parts/Dialog';
import { Field } from '../../../parts/Field';
import { t } from '../../../words';
import type { AdminTool } from './model';
import css from './Tools.module.css';
import { useAct } from './useActs';

const FEW = 8;

/** Starts a tool for one person, whose account and folder it gets. */
export function StartFor({ tool, onClose }: { tool: AdminTool; onClose: () => void }) {
  const { data: me } = useQuery(session);
  const [name, type] = useState(me?.name ?? '');
  const asked = useDeferredValue(name.trim());
  const { data: found } = useQuery({
    queryKey: ['people', 'found', asked],
    queryFn: async () => (await call<PeopleView>('GET', `/people?limit=${FEW}&text=${encodeURIComponent(asked)}`)).people,
    placeholderData: keepPreviousData,
  });
  const act = useAct(tool);
  const start = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && !act.isPending) act.mutate({ what: 'start', person: name.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog title={t('tools.start_for_title', { tool: tool.name })} open onClose={onClose}>
      <form className={css['form']} onSubmit={start}>
        <Field label={t('tools.whose')} value={name} list="tool-people" autoComplete="off" hint={t('tools.start_for_text')} error={act.error ? sentenceOf(act.error) : null} onChange={(event) => { act.reset(); type(event.target.value); }} />
        <datalist id="tool-people">
          {found?.map((person) => (
            <option key={person.id} value={person.name} />
          ))}
        </datalist>
        <DialogActs>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" online working={act.isPending} blocked={name.trim() === ''}>
            {t('tools.start')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}
