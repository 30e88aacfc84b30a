import { type FormEvent, useEffect, useId, useRef, useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { cache } from '../../api/queries';
import type { FreshLink, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { DialogActs } from '../../parts/Dialog';
import { StateMark } from '../../parts/StateMark';
import { Progress } from '../../parts/Surface';
import { count, t } from '../../words';
import css from './AddPerson.module.css';
import { linesOf, MOST, namesIn } from './pasted';

interface ManyProps {
  /** What was pasted. */
  text: string;
  onAdded: (person: PersonView, link: FreshLink) => void;
  onClose: () => void;
}

interface Outcome {
  name: string;
  link: string | null;
  error: string | null;
}

/** A list of names, each of which gets a link. One that cannot be added stops no other. */
export function AddMany({ text, onAdded, onClose }: ManyProps) {
  const [typed, type] = useState(text);
  const [outcomes, setOutcomes] = useState<Outcome[] | null>(null);
  const [all, setAll] = useState(0);
  const there = useRef(true);
  useEffect(() => {
    there.current = true;
    return () => {
      there.current = false;
    };
  }, []);
  const names = namesIn(typed);
  const add = async () => {
    setAll(names.length);
    setOutcomes([]);
    for (const name of names) {
      // Whoever closes the dialog stops before the next name.
      if (!there.current) break;
      const outcome = await addOne(name, onAdded);
      setOutcomes((before) => [...(before ?? []), outcome]);
    }
    void cache.invalidateQueries({ queryKey: ['people'] });
  };
  if (outcomes !== null) return <Outcomes outcomes={outcomes} all={all} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (names.length > 0 && names.length <= MOST) void add();
  };
  return (
    <form className={css['form']} onSubmit={submit} noValidate>
      <Names value={typed} onType={type} hint={names.length > MOST ? t('people.too_many', { most: MOST }) : t('people.names_hint')} />
      <DialogActs>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" online blocked={names.length === 0 || names.length > MOST}>
          {count('people.add_many_act', names.length)}
        </Button>
      </DialogActs>
    </form>
  );
}

async function addOne(name: string, onAdded: ManyProps['onAdded']): Promise<Outcome> {
  try {
    const made = await call<FreshLink & { person: PersonView }>('POST', '/people', { name, admin: false });
    onAdded(made.person, made);
    return { name: made.person.name, link: made.link, error: null };
  } catch (error) {
    return { name, link: null, error: sentenceOf(error) };
  }
}

function Names({ value, onType, hint }: { value: string; onType: (text: string) => void; hint: string }) {
  const id = useId();
  return (
    <div className={css['names']}>
      <label htmlFor={id}>{t('people.names')}</label>
      <textarea id={id} rows={8} value={value} spellCheck={false} autoComplete="off" autoFocus aria-describedby={`${id}-hint`} onChange={(event) => onType(event.target.value)} />
      <span id={`${id}-hint`} className="meta">{hint}</span>
    </div>
  );
}

function Outcomes({ outcomes, all, onClose }: { outcomes: Outcome[]; all: number; onClose: () => void }) {
  const made = outcomes.flatMap(({ name, link }) => (link === null ? [] : [{ name, link }]));
  const failed = outcomes.filter(({ error }) => error !== null);
  const busy = outcomes.length < all;
  return (
    <div className={css['form']}>
      {busy && <Progress value={outcomes.length / Math.max(1, all)} label={t('people.adding')} look="accent" />}
      <p className="dim" role="status">
        {busy ? t('people.added_of', { done: outcomes.length, all }) : `${count('people.added_many', made.length)} ${made.length > 0 ? t('people.links_text') : ''}`}
      </p>
      {failed.length > 0 && (
        <ul className={css['failed']}>
          {failed.map(({ name, error }) => (
            <li key={name}>
              <StateMark mark="failed" />
              <span>{error?.includes(name) ? error : `${name}: ${error}`}</span>
            </li>
          ))}
        </ul>
      )}
      <DialogActs>
        {made.length > 0 && !busy && <CopyButton text={linesOf(made)}>{count('people.copy_links', made.length)}</CopyButton>}
        <Button look={busy ? 'default' : 'primary'} size="s" onClick={onClose}>{t(busy ? 'people.stop_adding' : 'common.done')}</Button>
      </DialogActs>
    </div>
  );
}
