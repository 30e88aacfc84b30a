import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { memo, useId } from 'react';

import { Avatar } from '../../../parts/Avatar';
import { Button, buttonClass } from '../../../parts/Button';
import { clockSeconds, when } from '../../../parts/time';
import { t } from '../../../words';
import { locale } from '../../../words/language';
import css from './Audit.module.css';
import { actionWord, alarming, type Entry, summaryOf } from './model';
import type { AuditSearch } from './wanted';

interface RowProps {
  entry: Entry;
  now: number;
  open: boolean;
  onOpen: (open: boolean) => void;
  wanted: AuditSearch;
  onWant: (wanted: AuditSearch) => void;
}

const whole = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** The action in words, or as it is written where a newer studio wrote it. */
export function wordOf(action: string): string {
  const word = actionWord(action);
  return word === undefined ? action : t(word);
}

/** One thing that somebody did; pressed, everything that is known of it. */
export const EntryRow = memo(function EntryRow({ entry, now, open, onOpen, wanted, onWant }: RowProps) {
  const id = useId();
  const summary = summaryOf(entry);
  const job = entry.fields['job'];
  return (
    <li className={css['row']} data-action={entry.action}>
      <button type="button" className={css['press']} aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => onOpen(!open)}>
        <time className={css['when']} dateTime={new Date(entry.at * 1000).toISOString()}>
          {when(entry.at, now)}
        </time>
        <span className={css['who']}>
          <Avatar name={entry.by} />
          <b className="el" title={entry.by}>{entry.by}</b>
        </span>
        <span className={`${css['what']} ${alarming(entry.action) ? css['alarm'] : ''}`}>{wordOf(entry.action)}</span>
        <span className={css['subject']}>
          <span className="el" title={entry.subject}>{entry.subject}</span>
          {summary !== '' && <span className="meta el">{summary}</span>}
        </span>
        <ChevronRight aria-hidden="true" className={css['turn']} />
      </button>
      {open && (
        <div id={id} className={css['more']}>
          <dl>
            <Fact name={t('audit.when')}>{t('audit.exactly', { day: whole.format(entry.at * 1000), clock: clockSeconds(entry.at) })}</Fact>
            <Fact name={t('audit.who')}>{entry.by}</Fact>
            <Fact name={t('audit.what')}>
              <span className="mono">{entry.action}</span>
            </Fact>
            <Fact name={t('audit.subject')}>{entry.subject}</Fact>
            {Object.entries(entry.fields).map(([name, value]) => (
              <Fact key={name} name={name.replaceAll('_', ' ')}>
                {value === null || value === '' ? t('common.none') : String(value)}
              </Fact>
            ))}
          </dl>
          <div className={css['acts']}>
            {typeof job === 'number' && (
              <Link to="/activity/job/$job" params={{ job: String(job) }} className={buttonClass({ size: 's' })}>
                {t('audit.see_job')}
              </Link>
            )}
            {wanted.by !== entry.by && (
              <Button size="s" onClick={() => onWant({ ...wanted, by: entry.by })}>
                {t('audit.only_by', { name: entry.by })}
              </Button>
            )}
            {wanted.action !== entry.action && (
              <Button size="s" onClick={() => onWant({ ...wanted, action: entry.action })}>
                {t('audit.only_action')}
              </Button>
            )}
          </div>
        </div>
      )}
    </li>
  );
});

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
