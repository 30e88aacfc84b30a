import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState } from 'react';

import { call, Problem, sentenceOf } from '../../../api/client';
import { cache } from '../../../api/queries';
import { useKeys } from '../../../app/keys';
import { Store, useStore } from '../../../events/store';
import { Badge } from '../../../parts/Badge';
import { Button } from '../../../parts/Button';
import { Chip, FilterBar, TextFilter } from '../../../parts/Filter';
import { Menu } from '../../../parts/Menu';
import { Empty } from '../../../parts/Surface';
import { say } from '../../../parts/Toasts';
import { count, t } from '../../../words';
import { SaveBar } from '../values/SaveBar';
import { ValueRow } from '../values/ValueRow';
import { changesOf, type Draft, drafted, type Drafts, type Settable } from '../values/values';
import { GROUPS, inWords, settable, type SettingsView, type SettingView, sought } from './model';
import { settingsQuery } from './queries';
import css from './Settings.module.css';
import type { SettingsSearch } from './wanted';

/** What was typed stays while somebody looks elsewhere. */
const drafting = new Store<Drafts>({});

/** The settings that are looked for, in groups, and what was changed about them. */
export function Settings({ view }: { view: SettingsView }) {
  const search = useSearch({ from: '/inside/admin/settings' });
  const navigate = useNavigate();
  const drafts = useStore(drafting);
  const [refused, refuse] = useState<Record<string, string>>({});
  const all = useMemo(() => new Map(view.settings.map((setting) => [setting.name, settable(setting)])), [view]);
  const { values, troubles } = changesOf([...all.values()], drafts);
  const changes = Object.keys(values).length + Object.keys(troubles).length;
  const save = useSave(view, values, refuse);
  const draft = useCallback((one: Settable, next: Draft) => {
    drafting.set(drafted(drafting.get(), one, next));
    refuse(({ [one.name]: _said, ...rest }) => rest);
  }, []);
  const text = typeof search.text === 'string' || typeof search.text === 'number' ? String(search.text) : '';
  const shown = sought(view.settings, { text, only: search.only });
  const want = (next: SettingsSearch) => void navigate({ to: '/admin/settings', search: next, replace: true, resetScroll: false });
  const groups = GROUPS.map((group) => [group, shown.filter((setting) => setting.group === group)] as const).filter(([, some]) => some.length > 0);
  return (
    <div className={css['page']}>
      <div className={css['main']}>
        <Search text={text} only={search.only} onWant={want} />
        {groups.length === 0 && (
          <Empty title={t('settings.none')} act={<Button onClick={() => want({})}>{t('settings.show_all')}</Button>}>
            {t('settings.none_text')}
          </Empty>
        )}
        {groups.map(([group, some]) => (
          <section key={group} id={group} className={css['group']} aria-labelledby={`${group}-title`}>
            <h2 id={`${group}-title`}>{t(`settings.group_${group}`)}</h2>
            <p className="dim">{t(`settings.group_${group}_text`)}</p>
            <div className="card">
              {some.map((setting) => (
                <ValueRow
                  key={setting.name}
                  one={all.get(setting.name) as Settable}
                  draft={drafts[setting.name]}
                  about={setting.about}
                  marks={<Marks setting={setting} />}
                  notes={notesOf(setting)}
                  wants={setting.wanted}
                  trouble={troubles[setting.name]}
                  refused={refused[setting.name]}
                  fixed={setting.editable && view.problem === null ? null : (setting.why_not ?? t('settings.mend_first'))}
                  onDraft={draft}
                />
              ))}
            </div>
          </section>
        ))}
        <SaveBar
          changes={changes}
          blocked={Object.keys(troubles).length > 0 ? count('settings.trouble', Object.keys(troubles).length) : null}
          act={t('settings.save')}
          working={save.pending}
          note={save.conflict ? <span className={css['conflict']} role="alert">{t('settings.conflict')}</span> : t('settings.save_note')}
          onSave={save.send}
          onDiscard={() => {
            drafting.set({});
            refuse({});
            save.reset();
          }}
        />
      </div>
      <nav className={css['contents']} aria-label={t('settings.groups')}>
        {groups.map(([group, some]) => (
          <a key={group} href={`#${group}`} onClick={(event) => { event.preventDefault(); document.getElementById(group)?.scrollIntoView({ block: 'start' }); }}>
            {t(`settings.group_${group}`)} <span className="meta">{some.length}</span>
          </a>
        ))}
      </nav>
    </div>
  );
}

/** Writing the changes: each refusal is said at its setting, and a file that somebody else edited is looked at again. */
function useSave(view: SettingsView, values: Record<string, unknown>, refuse: (said: Record<string, string>) => void) {
  const send = useMutation({
    mutationFn: () => call<SettingsView>('PATCH', '/settings', { values, version: view.version }),
    onSuccess: (next) => {
      const many = Object.keys(values).length;
      cache.setQueryData(settingsQuery.queryKey, next);
      drafting.set({});
      refuse({});
      say(count(next.restart_needed ? 'settings.saved_waits' : 'settings.saved', many));
    },
    onError: (error) => {
      const name = error instanceof Problem ? error.fields['name'] : undefined;
      const conflict = error instanceof Problem && error.key === 'settings.changed_meanwhile';
      const at = typeof name === 'string' && name in values ? name : null;
      refuse(at === null ? {} : { [at]: error instanceof Problem && error.key === 'settings.wrong_type' ? t('value.wants', { wants: String(error.fields['wanted']) }) : sentenceOf(error) });
      if (conflict) void cache.invalidateQueries({ queryKey: settingsQuery.queryKey });
      else if (at === null) say(sentenceOf(error), 'failed');
      else document.querySelector(`[data-value="${CSS.escape(at)}"]`)?.scrollIntoView({ block: 'center' });
    },
  });
  const conflict = send.error instanceof Problem && send.error.key === 'settings.changed_meanwhile';
  return { send: () => send.mutate(), reset: () => send.reset(), pending: send.isPending, conflict };
}

const ONLY = ['set', 'waiting'] as const;

function Search({ text, only, onWant }: { text: string; only: SettingsSearch['only']; onWant: (next: SettingsSearch) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ 'list.filter': () => field.current?.focus() });
  const keep = { ...(text !== '' && { text }), ...(only && { only }) };
  const choose = (next: string) => {
    const { only: _only, ...rest } = keep;
    onWant({ ...rest, ...(next !== '' && { only: next as (typeof ONLY)[number] }) });
  };
  return (
    <FilterBar>
      <TextFilter
        text={text}
        field={field}
        placeholder={t('settings.search')}
        label={t('settings.search')}
        onText={(next) => {
          const { text: _text, ...rest } = keep;
          onWant({ ...rest, ...(next.trim() !== '' && { text: next }) });
        }}
      />
      <Chip on={only !== undefined} name={only ? t(`settings.only_${only}`) : t('settings.only')} clear={t('settings.only_any')} onClear={() => choose('')}>
        {(trigger) => <Menu align="start" trigger={trigger} entries={[{ label: t('settings.only'), value: only ?? '', options: [['', t('settings.only_any')], ...ONLY.map((each) => [each, t(`settings.only_${each}`)] as const)], onChoose: choose, closes: true }]} />}
      </Chip>
    </FilterBar>
  );
}

function Marks({ setting }: { setting: SettingView }) {
  return (
    <>
      {setting.from !== 'default' && <Badge>{t(`settings.from_${setting.from}`)}</Badge>}
      {setting.changed && <Badge look="warn">{t('settings.waits')}</Badge>}
    </>
  );
}

/** The default, and what runs where that is something else. */
function notesOf(setting: SettingView): string {
  const none = t('settings.nothing');
  const told = setting.from === 'default' && !setting.changed ? [] : [t('settings.default', { value: inWords(setting.default) ?? none })];
  if (setting.changed) told.unshift(t('settings.running', { value: inWords(setting.running) ?? none }));
  return told.join(' ');
}
