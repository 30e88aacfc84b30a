import '../../../words/adminTools';
import '../../../words/adminValues';

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

import { sentenceOf } from '../../../api/client';
import { tools as toolsQuery } from '../../../api/queries';
import { Button } from '../../../parts/Button';
import { NeedsAdminMode } from '../../../parts/NeedsAdminMode';
import { Empty, Note, PageHead, Skeleton } from '../../../parts/Surface';
import { useMedia } from '../../../parts/useMedia';
import { useTitle } from '../../../parts/useTitle';
import { t } from '../../../words';
import { type AdminTool, type CommandView, shownState } from './model';
import { commands as commandsQuery } from './queries';
import { ToolDetail } from './ToolDetail';
import { ToolList } from './ToolList';
import css from './Tools.module.css';
import type { ToolsSearch } from './wanted';

const NONE: ReadonlyMap<string, CommandView> = new Map();

/** Every tool of the studio, its processes, its command and its options. */
export function ToolsAdmin() {
  return (
    <NeedsAdminMode title={t('nav.tools')}>
      <ToolsPage />
    </NeedsAdminMode>
  );
}

function ToolsPage() {
  useTitle(t('nav.tools'));
  const { data, error, refetch } = useQuery(toolsQuery);
  const search = useSearch({ from: '/inside/admin/tools' });
  const navigate = useNavigate();
  const narrow = useMedia('(max-width: 1100px)');
  const all = data as AdminTool[] | undefined;
  const { data: commands = NONE } = useQuery({ ...commandsQuery(all ?? []), enabled: all !== undefined });
  const chosen = all?.find((tool) => tool.id === search.tool) ?? (narrow ? undefined : all?.[0]);
  const want = useCallback((next: ToolsSearch) => void navigate({ to: '/admin/tools', search: next, resetScroll: next.tool !== search.tool }), [navigate, search.tool]);
  return (
    <>
      <PageHead title={t('nav.tools')}>{all ? answerOf(all, commands) : ' '}</PageHead>
      {error && !all && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!all && !error && <Skeleton height={420} />}
      {all?.length === 0 && <Empty title={t('tools.none')}>{t('tools.none_text')}</Empty>}
      {all && all.length > 0 && (
        <div className={css['split']}>
          {(!narrow || !chosen) && <ToolList tools={all} commands={commands} chosen={chosen?.id ?? null} onChoose={(tool) => want({ tool })} />}
          {chosen && <ToolDetail key={chosen.id} tool={chosen} as={typeof search.as === 'string' ? search.as : undefined} onAs={(as) => want({ tool: chosen.id, ...(as !== undefined && { as }) })} onBack={narrow ? () => want({}) : null} />}
        </div>
      )}
    </>
  );
}

function answerOf(all: readonly AdminTool[], commands: ReadonlyMap<string, CommandView>): string {
  const states = all.map((tool) => shownState(tool, commands.get(tool.id)?.instances ?? []));
  const number = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length;
  const parts = [
    [number('ready', 'unhealthy'), 'tools.n_running'],
    [number('starting', 'installing'), 'tools.n_coming'],
    [number('crashed', 'failed', 'broken'), 'tools.n_down'],
    [number('stopped', 'stopping'), 'tools.n_stopped'],
    [number('not_installed'), 'tools.n_not_installed'],
  ] as const;
  const told = parts.filter(([many]) => many > 0).map(([many, word]) => t(word, { count: many }));
  return t('tools.answer', { states: told.join(', ') });
}
