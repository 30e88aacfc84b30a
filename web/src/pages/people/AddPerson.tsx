import { useMutation } from '@tanstack/react-query';
import { type ClipboardEvent, type FormEvent, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { FreshLink, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Check } from '../../parts/Check';
import { Dialog, DialogActs } from '../../parts/Dialog';
import { Field } from '../../parts/Field';
import { until } from '../../parts/time';
import { t } from '../../words';
import { AddMany } from './AddMany';
import css from './AddPerson.module.css';
import { namesIn } from './pasted';
import { ShownLink } from './ShownLink';

interface AddProps {
  open: boolean;
  onClose: () => void;
  onAdded: (person: PersonView, link: FreshLink) => void;
}

type Added = FreshLink & { person: PersonView };

/** A name, and in return the link that lets its owner in. */
export function AddPerson({ open, onClose, onAdded }: AddProps) {
  const [name, setName] = useState('');
  const [admin, setAdmin] = useState(false);
  /** Names to add at once; null while it is one person. */
  const [many, setMany] = useState<string | null>(null);
  const add = useMutation({
    mutationFn: () => call<Added>('POST', '/people', { name: name.trim(), admin }),
    onSuccess: (made) => {
      onAdded(made.person, made);
      void cache.invalidateQueries({ queryKey: ['people'] });
    },
  });
  const anew = () => {
    add.reset();
    setName('');
    setAdmin(false);
    setMany(null);
  };
  const close = () => {
    onClose();
    anew();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && !add.isPending) add.mutate();
  };
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain');
    if (namesIn(text).length < 2) return;
    event.preventDefault();
    setMany(text);
  };
  if (many !== null) {
    return (
      <Dialog title={t('people.add_many')} open={open} onClose={close}>
        <AddMany text={many} onAdded={onAdded} onClose={close} />
      </Dialog>
    );
  }
  return (
    <Dialog title={add.data ? t('people.added', { name: add.data.person.name }) : t('people.add')} open={open} onClose={close}>
      {add.data ? (
        <Done link={add.data} onMore={anew} onClose={close} />
      ) : (
        <form className={css['form']} onSubmit={submit} noValidate>
          <Field label={t('people.name')} value={name} maxLength={200} autoComplete="off" autoFocus onChange={(event) => setName(event.target.value)} onPaste={paste} error={add.error ? sentenceOf(add.error) : null} hint={t('people.name_hint')} />
          <Check checked={admin} onChange={(event) => setAdmin(event.target.checked)} hint={t('people.admin_hint')}>
            {t('people.as_admin')}
          </Check>
          <DialogActs>
            <span className={css['start']}>
              <Button look="quiet" onClick={() => setMany(name)}>{t('people.several')}</Button>
            </span>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button type="submit" look="primary" online working={add.isPending} blocked={name.trim() === ''}>
              {t('people.add_act')}
            </Button>
          </DialogActs>
        </form>
      )}
    </Dialog>
  );
}

function Done({ link, onMore, onClose }: { link: Added; onMore: () => void; onClose: () => void }) {
  return (
    <div className={css['form']}>
      <p className="dim">{t('people.link_text', { until: until(link.expires_at, Date.now() / 1000) })}</p>
      <ShownLink link={link} label={t('people.link_of', { name: link.person.name })} />
      <DialogActs>
        <Button onClick={onMore}>{t('people.add_another')}</Button>
        <Button look="primary" onClick={onClose}>{t('common.done')}</Button>
      </DialogActs>
    </div>
  );
}
