import { useMutation } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';

import { call, Problem, sentenceOf } from '../../../api/client';
import { cache } from '../../../api/queries';
import { Store, useStore } from '../../../events/store';
import { Badge } from '../../../parts/Badge';
import { Section } from '../../../parts/Surface';
import { say } from '../../../parts/Toasts';
import { count, t } from '../../../words';
import { SaveBar } from '../values/SaveBar';
import { ValueRow } from '../values/ValueRow';
import { changesOf, type Draft, drafted, type Drafts, type Settable } from '../values/values';
import { type AdminTool, type OptionView, settable } from './model';
import { toolPath } from './queries';

/** What was typed stays while somebody looks elsewhere. */
const kept = new Map<string, Store<Drafts>>();

function storeOf(tool: string): Store<Drafts> {
  const found = kept.get(tool) ?? new Store<Drafts>({});
  kept.set(tool, found);
  return found;
}

/** What the manifest lets admins change. It counts from the next start. */
export function Options({ tool, options, running }: { tool: AdminTool; options: readonly OptionView[]; running: boolean }) {
  const store = storeOf(tool.id);
  const drafts = useStore(store);
  const [refused, refuse] = useState<Record<string, string>>({});
  const all = useMemo(() => options.map(settable), [options]);
  const { values, troubles } = changesOf(all, drafts);
  const changes = Object.keys(values).length + Object.keys(troubles).length;
  const save = useMutation({
    mutationFn: () => call<undefined>('PUT', `${toolPath(tool.id)}/options`, { values }),
    onSuccess: () => {
      store.set({});
      refuse({});
      say(t(running ? 'tools.options_saved_runs' : 'tools.options_saved', { tool: tool.name }));
    },
    onError: (error) => {
      const problems = error instanceof Problem ? error.fields['problems'] : undefined;
      refuse(typeof problems === 'object' && problems !== null ? (problems as Record<string, string>) : {});
      say(sentenceOf(error), 'failed');
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['command', tool.id] }),
  });
  const draft = useCallback(
    (one: Settable, next: Draft) => {
      store.set(drafted(store.get(), one, next));
      refuse(({ [one.name]: _said, ...rest }) => rest);
    },
    [store],
  );
  const set = options.filter((option) => option.changed).length;
  if (options.length === 0) {
    return (
      <Section title={t('tools.options')}>
        <p className="meta">{t('tools.no_options')}</p>
      </Section>
    );
  }
  return (
    <Section title={t('tools.options')} note={set > 0 ? count('tools.n_set', set) : t('tools.all_default')}>
      <div className="card">
        {options.map((option, at) => (
          <ValueRow
            key={option.name}
            one={all[at] as Settable}
            draft={drafts[option.name]}
            about={option.about}
            marks={
              <>
                {option.changed && <Badge look="accent">{t('tools.changed')}</Badge>}
                {!option.applies && <Badge>{t('tools.no_effect')}</Badge>}
              </>
            }
            notes={notesOf(option)}
            trouble={troubles[option.name]}
            refused={refused[option.name]}
            onDraft={draft}
          />
        ))}
      </div>
      <SaveBar
        changes={changes}
        blocked={Object.keys(troubles).length > 0 ? t('tools.trouble') : null}
        act={t('tools.options_save')}
        working={save.isPending}
        note={t('tools.at_next_start')}
        onSave={() => save.mutate()}
        onDiscard={() => {
          store.set({});
          refuse({});
        }}
      />
    </Section>
  );
}

/** The default, and the limits of a number. */
function notesOf(option: OptionView): string {
  const held = typeof option.default === 'boolean' ? t(option.default ? 'tools.on' : 'tools.off') : option.default === null ? t(option.kind === 'switch' ? 'tools.off' : 'tools.left_out') : String(option.default);
  const range = option.low !== null && option.high !== null ? t('tools.range', { low: option.low, high: option.high }) : '';
  return t('tools.default', { value: held }) + range;
}
