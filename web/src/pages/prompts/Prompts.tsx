import '../../words/outputs';

import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';

import { useKeys } from '../../app/keys';
import { sentenceOf } from '../../api/client';
import type { PromptState, PromptView } from '../../api/types';
import { Button } from '../../parts/Button';
import { End } from '../../parts/End';
import { Chip, FilterBar, TextFilter } from '../../parts/Filter';
import { Menu } from '../../parts/Menu';
import { Empty, Note, PageHead, Skeleton } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { count, t } from '../../words';
import { Views } from '../outputs/Views';
import { OpenPrompt } from './OpenPrompt';
import { PromptRow } from './PromptRow';
import css from './Prompts.module.css';
import { prompts as promptsQuery } from './queries';
import { STATES } from './states';

/** What the visitor asked ComfyUI to make: what waits, what runs, how it went. */
export function Prompts() {
  useTitle(t('nav.prompts'));
  const search = useSearch({ from: '/inside/prompts' });
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const { open, ...wanted } = search;
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError, isPlaceholderData } = useInfiniteQuery(promptsQuery(wanted.state ?? null, wanted.text?.trim() ?? ''));
  const all = data?.pages.flat();
  const want = (next: typeof wanted) => void navigate({ to: '/prompts', search: next, replace: true });
  const show = (id: string | null) => void navigate({ to: '/prompts', search: { ...wanted, ...(id !== null && { open: id }) }, replace: id === null, resetScroll: false });
  useKeys({ 'list.filter': () => field.current?.focus() });
  const { state: _state, ...anyState } = wanted;
  const filtered = Object.keys(wanted).length > 0;
  return (
    <>
      <PageHead title={t('nav.prompts')} acts={<Views />}>
        {all ? answerOf(all, filtered) : ' '}
      </PageHead>
      {(filtered || all === undefined || all.length > 0) && (
        <FilterBar>
          <TextFilter
            text={wanted.text ?? ''}
            field={field}
            placeholder={t('prompts.search')}
            label={t('outputs.search_label')}
            onText={(text) => {
              const { text: _text, ...rest } = wanted;
              want(text.trim() === '' ? rest : { ...rest, text });
            }}
          />
          <Chip on={wanted.state !== undefined} name={t(wanted.state ? `prompt.${wanted.state}` : 'prompts.state')} clear={t('prompts.state_clear')} onClear={() => want(anyState)}>
            {(trigger) => (
              <Menu
                align="start"
                trigger={trigger}
                entries={[
                  {
                    label: t('prompts.state'),
                    value: wanted.state ?? '',
                    options: [['', t('prompts.state_any')], ...STATES.map((state) => [state, t(`prompt.${state}`)] as const)],
                    onChoose: (state) => want(state === '' ? anyState : { ...anyState, state: state as PromptState }),
                    closes: true,
                  },
                ]}
              />
            )}
          </Chip>
        </FilterBar>
      )}
      {error && !all && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!all && !error && <Skeleton rows={6} height={60} />}
      {all?.length === 0 && (
        <div className="card">
          {filtered ? (
            <Empty title={t('outputs.no_hit')} act={<Button onClick={() => want({})}>{t('outputs.clear_filters')}</Button>}>{t('prompts.no_hit_text')}</Empty>
          ) : (
            <Empty title={t('prompts.none')}>{t('prompts.none_text')}</Empty>
          )}
        </div>
      )}
      {all && all.length > 0 && (
        <ul className={`card ${css['list']} ${isPlaceholderData ? css['stale'] : ''}`}>
          {all.map((each) => (
            <PromptRow key={each.id} prompt={each} onOpen={() => show(each.id)} />
          ))}
        </ul>
      )}
      {isFetchNextPageError && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void fetchNextPage()}>{t('common.try_again')}</Button>} />}
      {hasNextPage && !isFetchNextPageError && <End busy={isFetchingNextPage} onNear={() => void fetchNextPage()}>{t('prompts.more_come')}</End>}
      {open !== undefined && <OpenPrompt id={open} onClose={() => show(null)} />}
    </>
  );
}

/** "One runs, three wait." */
function answerOf(all: readonly PromptView[], filtered: boolean): string {
  const running = all.filter((each) => each.state === 'running').length;
  const waiting = all.filter((each) => each.state === 'queued').length;
  if (running > 0 && waiting > 0) return t('prompts.answer_both', { running: count('prompts.n_run', running), waiting: count('prompts.n_wait', waiting) });
  if (running > 0) return t('prompts.answer_one', { what: count('prompts.n_run', running) });
  if (waiting > 0) return t('prompts.answer_one', { what: count('prompts.n_wait', waiting) });
  if (filtered) return t('prompts.answer_filtered');
  const [last] = all;
  return last ? t(`prompts.last_${last.state}`) : t('prompts.answer_none');
}
