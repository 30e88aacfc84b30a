import { CalendarDays } from 'lucide-react';
import { type RefObject, type SubmitEvent, useEffect, useState } from 'react';

import type { OutputKind } from '../../api/types';
import { Button } from '../../parts/Button';
import { Dialog, DialogActs } from '../../parts/Dialog';
import { Field } from '../../parts/Field';
import { Chip, FilterBar, TextFilter } from '../../parts/Filter';
import { Menu } from '../../parts/Menu';
import { t } from '../../words';
import { fieldText, midnight, shortDate } from './days';
import css from './Filters.module.css';

/** The filter as it stands in the page's address. Days are "2026-11-22", both included. */
export interface Wanted {
  text?: string;
  kind?: OutputKind;
  from?: string;
  to?: string;
}

interface FiltersProps {
  wanted: Wanted;
  onWant: (wanted: Wanted) => void;
  field: RefObject<HTMLInputElement | null>;
  now: number;
}

const KINDS: readonly OutputKind[] = ['image', 'video', 'audio', 'other'];

/** Narrow the files down by words, kind and day. */
export function Filters({ wanted, onWant, field, now }: FiltersProps) {
  const [choosingDays, chooseDays] = useState(false);
  const spans = spansOf(now);
  const span = Object.entries(spans).find(([, from]) => wanted.from === from && wanted.to === undefined)?.[0];
  const dated = wanted.from !== undefined || wanted.to !== undefined;
  const { kind: _kind, ...anyKind } = wanted;
  const { from: _from, to: _to, ...anyDay } = wanted;
  return (
    <FilterBar>
      <TextFilter text={wanted.text ?? ''} field={field} placeholder={t('outputs.search')} label={t('outputs.search_label')} onText={(text) => onWant(withText(wanted, text))} />
      <Chip on={wanted.kind !== undefined} name={wanted.kind ? t(`outputs.kind_${wanted.kind}`) : t('outputs.kind')} clear={t('outputs.kind_clear')} onClear={() => onWant(anyKind)}>
        {(trigger) => (
          <Menu
            align="start"
            trigger={trigger}
            entries={[
              {
                label: t('outputs.kind'),
                value: wanted.kind ?? '',
                options: [['', t('outputs.kind_any')], ...KINDS.map((kind) => [kind, t(`outputs.kind_${kind}`)] as const)],
                onChoose: (kind) => onWant(kind === '' ? anyKind : { ...anyKind, kind: kind as OutputKind }),
                closes: true,
              },
            ]}
          />
        )}
      </Chip>
      <Chip on={dated} name={dated ? daysName(wanted, span, now) : t('outputs.days')} clear={t('outputs.days_clear')} onClear={() => onWant(anyDay)}>
        {(trigger) => (
          <Menu
            align="start"
            trigger={trigger}
            entries={[
              {
                label: t('outputs.days'),
                value: dated ? (span ?? 'own') : '',
                options: [['', t('outputs.days_any')], ...(Object.keys(spans) as Span[]).map((each) => [each, t(`outputs.days_${each}`)] as const)],
                onChoose: (each) => onWant(each === '' ? anyDay : { ...anyDay, from: spans[each as Span] }),
                closes: true,
              },
              'line',
              { name: t('outputs.days_own'), icon: CalendarDays, onPress: () => chooseDays(true) },
            ]}
          />
        )}
      </Chip>
      <DaysDialog open={choosingDays} wanted={wanted} onClose={() => chooseDays(false)} onChoose={(from, to) => onWant({ ...anyDay, ...(from && { from }), ...(to && { to }) })} />
    </FilterBar>
  );
}

type Span = 'today' | 'week' | 'month' | 'year';

function spansOf(now: number): Record<Span, string> {
  const today = new Date(midnight(now));
  const back = (days: number) => fieldText(new Date(today).setDate(today.getDate() - days));
  return { today: back(0), week: back(6), month: back(29), year: `${today.getFullYear()}-01-01` };
}

function daysName({ from, to }: Wanted, span: string | undefined, now: number): string {
  if (span !== undefined) return t(`outputs.days_${span as Span}`);
  const name = (day: string) => shortDate(new Date(`${day}T00:00`).getTime(), now);
  if (from === undefined) return t('outputs.days_until', { to: name(to ?? '') });
  return to === undefined ? t('outputs.days_since', { from: name(from) }) : t('outputs.days_between', { from: name(from), to: name(to) });
}

function withText({ text: _, ...rest }: Wanted, text: string): Wanted {
  return text.trim() === '' ? rest : { ...rest, text };
}

function DaysDialog({ open, wanted, onClose, onChoose }: { open: boolean; wanted: Wanted; onClose: () => void; onChoose: (from: string, to: string) => void }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  useEffect(() => {
    if (!open) return;
    setFrom(wanted.from ?? '');
    setTo(wanted.to ?? '');
  }, [open, wanted.from, wanted.to]);
  const turned = from !== '' && to !== '' && from > to;
  const choose = (event: SubmitEvent) => {
    event.preventDefault();
    if (turned) return;
    onChoose(from, to);
    onClose();
  };
  return (
    <Dialog title={t('outputs.days_title')} open={open} onClose={onClose}>
      <form className={css['days']} onSubmit={choose}>
        <Field label={t('outputs.days_from')} type="date" value={from} max={fieldText(Date.now())} onChange={(event) => setFrom(event.target.value)} />
        <Field label={t('outputs.days_to')} type="date" value={to} max={fieldText(Date.now())} error={turned ? t('outputs.days_turned') : null} onChange={(event) => setTo(event.target.value)} />
        <DialogActs>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" blocked={turned}>
            {t('outputs.days_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}
