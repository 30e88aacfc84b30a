import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Dialog, DialogActs } from '../../parts/Dialog';
import { Field } from '../../parts/Field';
import { Note } from '../../parts/Surface';
import { say } from '../../parts/Toasts';
import { rich, t } from '../../words';
import css from './AddPerson.module.css';

/** Another name for somebody: says what moves along and what ends before it happens. */
export function RenamePerson({ person, onClose }: { person: PersonView | null; onClose: () => void }) {
  if (person === null) return null;
  return (
    <Dialog title={t('people.rename_title', { name: person.name })} open onClose={onClose}>
      <Form person={person} onClose={onClose} />
    </Dialog>
  );
}

function Form({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const [name, setName] = useState(person.name);
  const wanted = name.trim();
  const rename = useMutation({
    mutationFn: () => call<PersonView>('PATCH', `/people/${person.id}`, { name: wanted, was: { name: person.name } }),
    onSuccess: (fresh) => {
      say(t(fresh.folder === person.folder ? 'people.was_renamed_alone' : 'people.was_renamed', { before: person.name, name: fresh.name, folder: fresh.folder }));
      onClose();
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['people'] }),
  });
  const ready = wanted !== '' && wanted !== person.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !rename.isPending) rename.mutate();
  };
  return (
    <form className={css['form']} onSubmit={submit} noValidate>
      <Field label={t('people.name')} value={name} maxLength={200} autoComplete="off" autoFocus onFocus={(event) => event.target.select()} onChange={(event) => setName(event.target.value)} error={rename.error ? sentenceOf(rename.error) : null} />
      <Note look="plain">
        <ul className={css['told']}>
          <li>{t('people.rename_sign_in')}</li>
          <li>{rich('people.rename_folder', { folder: <span className="mono">{person.folder}</span> })}</li>
          <li>{t('people.rename_tools')}</li>
        </ul>
      </Note>
      <DialogActs>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" online working={rename.isPending} blocked={!ready}>
          {t('people.rename_act')}
        </Button>
      </DialogActs>
    </form>
  );
}
