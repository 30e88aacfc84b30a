import type { ToolView } from '../../api/types';
import { ErrorLine, Progress } from '../../parts/Surface';
import { clock, duration, useNow } from '../../parts/time';
import { count, t } from '../../words';
import { closed } from './sentences';
import css from './ToolBody.module.css';
import { someNames } from '../../parts/names';

/** How far a start is: what the tool says or what earlier starts took, whichever is further. */
export function startProgress(tool: ToolView, now: number): number {
  const said = Math.max(tool.progress ?? 0, 0.04);
  if (tool.since === null || !tool.takes_seconds) return said;
  return Math.max(said, Math.min(0.95, (now - tool.since) / tool.takes_seconds));
}

/** The sentence of a card, and what belongs under it. */
export function ToolBody({ tool, me }: { tool: ToolView; me: { name: string; role: string } }) {
  if (tool.refusal) return <p className={css['text']}>{tool.refusal}</p>;
  if (closed(tool) && tool.state === 'ready') return <p className={css['long']}>{tool.access_reason}</p>;
  switch (tool.state) {
    case 'broken':
      if (!tool.error) return <p className={css['text']}>{tool.summary}</p>;
      return (
        <>
          <p>{t('tool.broken_text')}</p>
          <ErrorLine>{tool.error}</ErrorLine>
        </>
      );
    case 'not_installed':
      return <NotInstalled tool={tool} me={me} />;
    case 'installing':
      return (
        <>
          <p className={css['text']}>{tool.phase ?? t('tool.installing_text')}</p>
          {tool.progress !== null && <Progress value={tool.progress} label={t('tool.installing_bar', { tool: tool.name })} look="accent" />}
        </>
      );
    case 'starting':
      return <Starting tool={tool} me={me} />;
    case 'ready':
      return <Ready tool={tool} me={me} />;
    case 'unhealthy':
      return <p className={css['text']}>{tool.error ?? tool.phase ?? t('tool.unhealthy_text')}</p>;
    case 'crashed':
      return (
        <>
          <p>{tool.next_try_at !== null ? <NextTry at={tool.next_try_at} /> : t('tool.crashed_text')}</p>
          <Cause tool={tool} />
        </>
      );
    case 'failed':
      return (
        <>
          <p>{tool.restarts > 0 ? count('tool.gave_up', tool.restarts + 1) : t('tool.failed_text')}</p>
          <Cause tool={tool} />
        </>
      );
    case 'stopping':
      return <p>{t('tool.stopping_text')}</p>;
    case 'stopped':
      return <Summary tool={tool} me={me} />;
  }
}

/** What the tool is for, and for admins why not everybody may open it: an artist who reads this may. */
function Summary({ tool, me }: { tool: ToolView; me: { role: string } }) {
  return (
    <>
      <p className={css['text']}>{tool.summary}</p>
      {tool.access_reason && me.role === 'admin' && <p className={`meta ${css['text']}`}>{tool.access_reason}</p>}
    </>
  );
}

function NotInstalled({ tool, me }: { tool: ToolView; me: { role: string } }) {
  if (me.role !== 'admin') return <p className={css['text']}>{t('tool.ask_admin', { summary: tool.summary })}</p>;
  if (tool.error === null) return <p className={css['text']}>{tool.summary}</p>;
  // Without an installer the sentence says how the tool gets here; with one it says why the last install failed.
  if (!tool.can.install) return <p className={css['long']}>{tool.error}</p>;
  return (
    <>
      <p>{t('tool.install_failed')}</p>
      <ErrorLine>{tool.error}</ErrorLine>
    </>
  );
}

function Cause({ tool }: { tool: ToolView }) {
  const cause = tool.first_error ?? tool.error;
  return cause && <ErrorLine>{cause}</ErrorLine>;
}

function NextTry({ at }: { at: number }) {
  const now = useNow(500);
  return <span aria-live="off">{at - now >= 1 ? t('tool.next_try', { left: duration(at - now) }) : t('tool.next_try_now')}</span>;
}

function Starting({ tool, me }: { tool: ToolView; me: { name: string } }) {
  const now = useNow(500);
  const phase = tool.phase ?? t('tool.starting_text');
  const by = tool.started_by !== null && tool.started_by !== me.name ? t('tool.started_by', { name: tool.started_by }) : '';
  return (
    <>
      <p className={css['text']}>
        {phase} {by}
      </p>
      <Progress value={startProgress(tool, now)} label={t('tool.starting_bar', { tool: tool.name })} />
    </>
  );
}

function Ready({ tool, me }: { tool: ToolView; me: { name: string; role: string } }) {
  const others = tool.people.filter((name) => name !== me.name);
  if (others.length === 0) return <Summary tool={tool} me={me} />;
  const too = tool.people.length > others.length;
  return <p className={css['text']}>{count(too ? 'tool.in_it_too' : 'tool.in_it', others.length, { names: someNames(others) })}</p>;
}

/** The quiet figure at a card's foot. */
export function ToolMeta({ tool }: { tool: ToolView }) {
  const now = useNow(1000);
  const text = tool.refusal || closed(tool) ? null : metaOf(tool, now);
  return text === null ? null : <span className={`meta ${css['meta']}`}>{text}</span>;
}

function metaOf(tool: ToolView, now: number): string | null {
  switch (tool.state) {
    case 'stopped':
      return tool.takes_seconds === null ? null : t('tool.takes', { time: duration(tool.takes_seconds) });
    case 'starting': {
      if (tool.since === null) return null;
      const gone = Math.max(0, Math.round(now - tool.since));
      return tool.takes_seconds === null || gone > tool.takes_seconds
        ? duration(gone)
        : t('tool.gone_of', { gone, takes: duration(tool.takes_seconds) });
    }
    case 'ready':
      return tool.since === null ? null : t('tool.up', { time: duration(now - tool.since) });
    case 'unhealthy':
      return tool.since === null ? null : t('tool.since', { clock: clock(tool.since) });
    case 'installing':
      return tool.progress === null ? null : t('tool.percent', { percent: Math.round(tool.progress * 100) });
    case 'crashed':
    case 'failed':
      if (tool.exit_signal !== null) return t('tool.signal', { signal: tool.exit_signal });
      return tool.exit_code === null ? null : t('tool.exit_code', { code: tool.exit_code });
    default:
      return null;
  }
}
