import '../../words/activity';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { AdminsOnly } from '../../app/AdminsOnly';
import { Missing } from '../../app/Missing';
import { prefer } from '../../app/preferences';
import { call, Problem, sentenceOf } from '../../api/client';
import { session, tools as toolsQuery } from '../../api/queries';
import type { PersonView, ToolView } from '../../api/types';
import { Button, ButtonLink } from '../../parts/Button';
import { Confirm } from '../../parts/Dialog';
import { StateMark } from '../../parts/StateMark';
import { Note, Skeleton } from '../../parts/Surface';
import { atWhen, duration, useNow } from '../../parts/time';
import { toolMark, toolWord } from '../../parts/toolState';
import { t } from '../../words';
import { addressOf, useTool } from '../home/useTool';
import { hrefOf, logPath, type LogSource } from './log/source';
import { LogPage } from './LogPage';

const RUNNING = ['starting', 'ready', 'unhealthy', 'stopping'];

/** The log of the caller's own instance of a tool. */
export function ToolLog() {
  const { tool: id } = useParams({ from: '/inside/activity/tool/$tool' });
  return <Found id={id} />;
}

/** The log of somebody else's instance, for admins. */
export function PersonLog() {
  return (
    <AdminsOnly>
      <TheirLog />
    </AdminsOnly>
  );
}

function TheirLog() {
  const { tool: id, person } = useParams({ from: '/inside/activity/tool/$tool/$person' });
  const { data, error } = useQuery({ queryKey: ['people', 'one', Number(person)], queryFn: () => call<{ person: PersonView }>('GET', `/people/${Number(person)}`), enabled: /^\d+$/.test(person) });
  if (!/^\d+$/.test(person) || (error instanceof Problem && error.status === 404)) return <Missing />;
  if (error) return <Note look="failed" title={sentenceOf(error)} />;
  return data ? <Found id={id} whose={data.person} /> : <Skeleton height={480} />;
}

function Found({ id, whose }: { id: string; whose?: { id: number; name: string } }) {
  const { data: tools } = useQuery(toolsQuery);
  if (tools === undefined) return <Skeleton height={480} />;
  const tool = tools.find((each) => each.id === id);
  if (tool === undefined) return <Missing />;
  const path = `/tools/${encodeURIComponent(id)}`;
  const key = whose ? `tool:${id}:${whose.id}` : `tool:${id}`;
  const source: LogSource = { key, path, href: hrefOf(key), ...(whose && { as: whose.name }) };
  return <View tool={tool} source={source} whose={whose?.name ?? null} />;
}

function View({ tool, source, whose }: { tool: ToolView; source: LogSource; whose: string | null }) {
  const [asking, ask] = useState(false);
  const { data: me } = useQuery(session);
  const [emptied, empty] = useState(0);
  const clear = useMutation({
    mutationFn: () => call<unknown>('POST', logPath(source, '/clear'), {}),
    onSuccess: () => {
      empty((before) => before + 1);
      ask(false);
    },
  });
  const title = whose === null ? tool.name : t('log.tool_of', { tool: tool.name, name: whose });
  return (
    <LogPage
      title={title}
      answer={<Answer tool={tool} />}
      acts={whose === null && <Acts tool={tool} />}
      source={source}
      live={RUNNING.includes(tool.state)}
      // What all share is emptied by admins.
      onClear={me?.role === 'admin' || tool.instances !== 'one' ? () => ask(true) : undefined}
      emptied={emptied}
    >
      <Confirm
        title={t('log.clear_title', { title })}
        open={asking}
        onClose={() => ask(false)}
        keep={t('log.clear_keep')}
        act={t('log.clear_act')}
        working={clear.isPending}
        error={clear.error ? sentenceOf(clear.error) : null}
        onAct={() => clear.mutate()}
      >
        <p>{t('log.clear_text')}</p>
      </Confirm>
    </LogPage>
  );
}

function Answer({ tool }: { tool: ToolView }) {
  const now = useNow(1000);
  if (tool.state === 'starting') return tool.phase ?? t('tool.starting_text');
  if ((tool.state === 'crashed' || tool.state === 'failed') && tool.since !== null) {
    return t(tool.exit_signal !== null ? 'log.ended_signal' : 'log.ended_code', { code: tool.exit_code ?? '?', signal: tool.exit_signal ?? '?', when: atWhen(tool.since, now) });
  }
  if (tool.since !== null && tool.started_by !== null && RUNNING.includes(tool.state)) return t('log.started_by', { name: tool.started_by, when: atWhen(tool.since, now) });
  return tool.summary;
}

function Acts({ tool }: { tool: ToolView }) {
  const now = useNow(1000);
  const { start, stop } = useTool(tool);
  const startable = tool.can.start && ['stopped', 'crashed', 'failed'].includes(tool.state);
  return (
    <>
      <StateMark mark={toolMark(tool.state)}>{toolWord(tool)}</StateMark>
      {tool.state === 'ready' && tool.since !== null && <span className="dim num hide-p">{t('tool.up', { time: duration(now - tool.since) })}</span>}
      {startable && (
        <Button online working={start.isPending} onClick={() => start.mutate()}>
          {t(tool.state === 'stopped' ? 'tool.start' : 'tool.restart', { tool: tool.name })}
        </Button>
      )}
      {tool.state === 'starting' && tool.can.stop && (
        <Button online working={stop.isPending} onClick={() => stop.mutate()}>
          {t('tool.cancel_start')}
        </Button>
      )}
      {tool.can.open && tool.state === 'ready' && (
        <ButtonLink look="primary" href={addressOf(tool)} onClick={() => prefer('opened', true)}>
          {t('tool.open', { tool: tool.name })}
        </ButtonLink>
      )}
    </>
  );
}
