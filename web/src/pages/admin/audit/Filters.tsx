import { CalendarDays, UserSearch } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';

import { useKeys } from '../../../app/keys';
import { Button } from '../../../parts/Button';
import { Dialog, DialogActs } from '../../../parts/Dialog';
import { Field } from '../../../parts/Field';
import { Chip, FilterBar, TextFilter } from '../../../parts/Filter';
import { Menu } from '../../../parts/Menu';
import { t } from '../../../words';
import { locale } from '../../../words/language';
import css from './Audit.module.css';
import { wordOf } from './EntryRow';
import { kindsOf } from './model';
import type { AuditSearch } from './wanted';

interface FiltersProps {
  wanted: AuditSearch;
  actions: readonly string[];
  people: readonly string[];
  onWant: (wanted: AuditSearch) => void;
}

/** More people than this are found by typing. */
const MOST_LISTED = 20;

type Key = keyof AuditSearch;

const without = (wanted: AuditSearch, ...keys: Key[]): AuditSearch => Object.fromEntries(Object.entries(wanted).filter(([key]) => !keys.includes(key as Key)));

/** Narrow the trail down by words, person, action and day. */
export function Filters({ wanted, actions, people, onWant }: FiltersProps) {
  const field = useRef<HTMLInputElement>(null);
  const [asking, ask] = useState<'days' | 'person' | null>(null);
  useKeys({ 'list.filter': () => field.current?.focus() });
  const kinds = kindsOf(actions);
  const listed = people.slice(0, MOST_LISTED);
  const put = (key: Key, value: string) => onWant(value.trim() === '' ? without(wanted, key) : { ...wanted, [key]: value });
  const dated = wanted.from !== undefined || wanted.to !== undefined;
  return (
    <FilterBar>
      <TextFilter text={wanted.text ?? ''} field={field} placeholder={t('audit.search')} label={t('audit.search')} onText={(text) => put('text', text)} />
      <Chip on={wanted.by !== undefined} name={wanted.by ?? t('audit.who')} clear={t('audit.who_any')} onClear={() => put('by', '')}>
        {(trigger) => (
          <Menu
            align="start"
            trigger={trigger}
            entries={[
              { label: t('audit.who'), value: wanted.by ?? '', options: [['', t('audit.who_any')], ...listed.map((name) => [name, name] as const)], onChoose: (name) => put('by', name), closes: true },
              ...(people.length > MOST_LISTED ? (['line', { name: t('audit.who_other'), icon: UserSearch, onPress: () => ask('person') }] as const) : []),
            ]}
          />
        )}
      </Chip>
      <Chip on={wanted.action !== undefined} name={wanted.action === undefined ? t('audit.what') : nameOf(wanted.action)} clear={t('audit.what_any')} onClear={() => put('action', '')}>
        {(trigger) => (
          <Menu
            align="start"
            trigger={trigger}
            entries={[
              { label: t('audit.kinds'), value: wanted.action ?? '', options: [['', t('audit.what_any')], ...kinds.map((kind) => [kind, nameOf(kind)] as const)], onChoose: (action) => put('action', action), closes: true },
              { label: t('audit.what'), value: wanted.action ?? '', options: actions.map((action) => [action, wordOf(action)] as const), onChoose: (action) => put('action', action), closes: true },
            ]}
          />
        )}
      </Chip>
      <Chip on={dated} name={dated ? spanName(wanted) : t('audit.when')} clear={t('audit.when_any')} onClear={() => onWant(without(wanted, 'from', 'to'))}>
        {(trigger) => (
          <Menu
            align="start"
            trigger={trigger}
            entries={[
              { label: t('audit.when'), value: dated ? 'own' : '', options: [['', t('audit.when_any')], ...SPANS.map(([days, word]) => [String(days), t(word)] as const)], onChoose: (days) => onWant(days === '' ? without(wanted, 'from', 'to') : { ...without(wanted, 'to'), from: dayBack(Number(days)) }), closes: true },
              'line',
              { name: t('audit.days_own'), icon: CalendarDays, onPress: () => ask('days') },
            ]}
          />
        )}
      </Chip>
      {asking === 'days' && <DaysDialog wanted={wanted} onClose={() => ask(null)} onChoose={(from, to) => onWant({ ...without(wanted, 'from', 'to'), ...(from && { from }), ...(to && { to }) })} />}
      {asking === 'person' && <PersonDialog people={people} onClose={() => ask(null)} onChoose={(name) => put('by', name)} />}
    </FilterBar>
  );
}

const SPANS = [
  [0, 'audit.days_today'],
  [6, 'audit.days_week'],
  [29, 'audit.days_month'],
] as const;

const two = (number: number) => String(number).padStart(2, '0');

function dayBack(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const KINDS: Record<string, Parameters<typeof t>[0]> = {
  admin_mode: 'audit.kind_admin_mode',
  job: 'audit.kind_job',
  link: 'audit.kind_link',
  password: 'audit.kind_password',
  person: 'audit.kind_person',
  session: 'audit.kind_session',
  sign_in: 'audit.kind_sign_in',
  studio: 'audit.kind_studio',
  terminal: 'audit.kind_terminal',
  token: 'audit.kind_token',
  tool: 'audit.kind_tool',
};

/** An action, or all of a kind. */
function nameOf(action: string): string {
  if (action.includes('.')) return wordOf(action);
  const word = KINDS[action];
  return word === undefined ? action : t(word);
}

const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });

function spanName({ from, to }: AuditSearch): string {
  const name = (day: string) => short.format(new Date(`${day}T00:00`));
  if (from === undefined) return t('audit.days_until', { to: name(to ?? '') });
  return to === undefined ? t('audit.days_since', { from: name(from) }) : t('audit.days_between', { from: name(from), to: name(to) });
}

function DaysDialog({ wanted, onClose, onChoose }: { wanted: AuditSearch; onClose: () => void; onChoose: (from: string, to: string) => void }) {
  const [from, setFrom] = useState(wanted.from ?? '');
  const [to, setTo] = useState(wanted.to ?? '');
  const turned = from !== '' && to !== '' && from > to;
  const choose = (event: FormEvent) => {
    event.preventDefault();
    if (turned) return;
    onChoose(from, to);
    onClose();
  };
  return (
    <Dialog title={t('audit.days_title')} open onClose={onClose}>
      <form className={css['form']} onSubmit={choose}>
        <Field label={t('audit.days_from')} type="date" value={from} max={dayBack(0)} onChange={(event) => setFrom(event.target.value)} />
        <Field label={t('audit.days_to')} type="date" value={to} max={dayBack(0)} error={turned ? t('audit.days_turned') : null} onChange={(event) => setTo(event.target.value)} />
        <DialogActs>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" blocked={turned}>
            {t('audit.days_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}

function PersonDialog({ people, onClose, onChoose }: { people: readonly string[]; onClose: () => void; onChoose: (name: string) => void }) {
  const [name, type] = useState('');
  const choose = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    onChoose(name.trim());
    onClose();
  };
  return (
    <Dialog title={t('audit.who_title')} open onClose={onClose}>
      <form className={css['form']} onSubmit={choose}>
        <Field label={t('audit.who')} value={name} list="audit-people" autoComplete="off" onChange={(event) => type(event.target.value)} />
        <datalist id="audit-people">
          {people.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <DialogActs>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" blocked={name.trim() === ''}>
            {t('audit.days_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}
