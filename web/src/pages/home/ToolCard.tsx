import { Link, useNavigate } from '@tanstack/react-router';
import { Ellipsis, Lock, RotateCw, ScrollText, Square, Wrench } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { prefer } from '../../app/preferences';
import type { ToolView } from '../../api/types';
import { Button, buttonClass, ButtonLink } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { Menu } from '../../parts/Menu';
import { StateMark } from '../../parts/StateMark';
import { say } from '../../parts/Toasts';
import { ToolIcon } from '../../parts/ToolIcon';
import { toolMark, toolWord } from '../../parts/toolState';
import { t } from '../../words';
import { StopTool } from './StopTool';
import { ToolBody, ToolMeta } from './ToolBody';
import { closed } from './sentences';
import css from './ToolCard.module.css';
import { addressOf, useCheck, useTool } from './useTool';

interface Who {
  name: string;
  role: string;
}

/** One tool: its state, who is in it, and the likely next step. The height is the same in every state. */
export function ToolCard({ tool, me, primary }: { tool: ToolView; me: Who; primary: boolean }) {
  const [asking, ask] = useState(false);
  const acts = useTool(tool);
  useNewlyReady(tool);
  const bad = ['crashed', 'failed', 'broken'].includes(tool.state);
  const off = tool.state === 'not_installed';
  return (
    <article className={`card ${css['tool']} ${bad ? css['bad'] : ''} ${off ? css['off'] : ''}`} aria-labelledby={`tool-${tool.id}`} data-tool={tool.id} data-state={tool.state}>
      <div className={css['top']}>
        <ToolIcon name={tool.icon} />
        <div className={css['name']}>
          <h3 id={`tool-${tool.id}`} className="el" title={tool.name}>
            {tool.name}
          </h3>
          {closed(tool) && tool.state === 'ready' ? <StateMark mark="warn">{t('tool.closed')}</StateMark> : <StateMark mark={toolMark(tool.state)}>{toolWord(tool)}</StateMark>}
        </div>
        <More tool={tool} onStop={() => ask(true)} onRestart={() => acts.start.mutate()} onInstall={() => acts.install.mutate()} onGiveUp={() => acts.stop.mutate()} />
      </div>
      <div className={css['body']}>
        <ToolBody tool={tool} me={me} />
      </div>
      <div className={css['foot']}>
        <Acts tool={tool} me={me} primary={primary} acts={acts} />
        <ToolMeta tool={tool} />
      </div>
      <StopTool tool={tool} me={me} open={asking} onClose={() => ask(false)} stop={acts.stop} />
    </article>
  );
}

/** Say so when a start that was watched here is over. */
function useNewlyReady(tool: ToolView): void {
  const before = useRef(tool.state);
  useEffect(() => {
    if (before.current === 'starting' && tool.state === 'ready') say(t('tool.now_ready', { tool: tool.name }));
    before.current = tool.state;
  }, [tool.state, tool.name]);
}

/** Artists are kept out until a check passes: an admin can ask for another one. */
function CheckAgain() {
  const check = useCheck();
  return (
    <Button look="quiet" online working={check.isPending} onClick={() => check.mutate()}>
      {t('tool.check')}
    </Button>
  );
}

function LogLink({ tool, children }: { tool: ToolView; children: ReactNode }) {
  return (
    <Link to="/activity/tool/$tool" params={{ tool: tool.id }} className={buttonClass({ look: tool.state === 'starting' ? 'default' : 'quiet' })}>
      {children}
    </Link>
  );
}

/** Why somebody who is refused is: the tool is for admins, for nobody but them as yet, or was taken from this person. */
function lockOf(tool: ToolView) {
  if (tool.access === 'admin') return 'tool.admins_only';
  return tool.access_reason ? 'tool.not_yet' : 'tool.not_you';
}

function Acts({ tool, me, primary, acts }: { tool: ToolView; me: Who; primary: boolean; acts: ReturnType<typeof useTool> }) {
  const fields = { tool: tool.name };
  if (tool.refusal) {
    return (
      <span className={css['locked']}>
        <Lock aria-hidden="true" />
        {t(lockOf(tool))}
      </span>
    );
  }
  const log = tool.can.log;
  switch (tool.state) {
    case 'not_installed':
      return (
        <>
          {tool.can.install && (
            <Button online working={acts.install.isPending} onClick={() => acts.install.mutate()}>
              {t('tool.install', fields)}
            </Button>
          )}
          {tool.can.install && tool.error !== null && tool.job_id !== null && (
            <Link to="/activity/job/$job" params={{ job: String(tool.job_id) }} className={buttonClass({ look: 'quiet' })}>
              {t('tool.open_log')}
            </Link>
          )}
        </>
      );
    case 'installing':
      return tool.job_id !== null && me.role === 'admin' ? (
        <Link to="/activity/job/$job" params={{ job: String(tool.job_id) }} className={buttonClass({})}>
          {t('tool.watch_install')}
        </Link>
      ) : null;
    case 'stopped':
      return tool.can.start ? (
        <Button online working={acts.start.isPending} onClick={() => acts.start.mutate()}>
          {t('tool.start', fields)}
        </Button>
      ) : null;
    case 'starting':
      return (
        <>
          {log && <LogLink tool={tool}>{t('tool.watch_start')}</LogLink>}
          {tool.can.stop && (
            <Button look="quiet" online working={acts.stop.isPending} onClick={() => acts.stop.mutate()}>
              {t('common.cancel')}
            </Button>
          )}
        </>
      );
    case 'ready':
    case 'unhealthy':
      return (
        <>
          {tool.can.open && (
            <ButtonLink look={primary ? 'primary' : 'default'} href={addressOf(tool)} onClick={() => prefer('opened', true)}>
              {t('tool.open', fields)}
            </ButtonLink>
          )}
          {closed(tool) && <CheckAgain />}
        </>
      );
    case 'stopping':
      return <Button working>{t('tool.stopping')}</Button>;
    case 'crashed':
    case 'failed':
      return (
        <>
          {tool.can.start && (
            <Button online working={acts.start.isPending} onClick={() => acts.start.mutate()}>
              {t('tool.restart')}
            </Button>
          )}
          {log && <LogLink tool={tool}>{t('tool.open_log')}</LogLink>}
        </>
      );
    case 'broken':
      return null;
  }
}

interface MoreProps {
  tool: ToolView;
  onStop: () => void;
  onRestart: () => void;
  onInstall: () => void;
  onGiveUp: () => void;
}

function More({ tool, onStop, onRestart, onInstall, onGiveUp }: MoreProps) {
  const navigate = useNavigate();
  const fields = { tool: tool.name };
  const stoppable = tool.can.stop && ['ready', 'unhealthy', 'starting'].includes(tool.state);
  const startable = tool.can.start && ['crashed', 'failed'].includes(tool.state);
  const log = tool.can.log && !['not_installed', 'broken', 'installing'].includes(tool.state);
  const installable = tool.can.install && ['stopped', 'crashed', 'failed'].includes(tool.state);
  if (tool.refusal || (!stoppable && !log && !startable && !installable)) return null;
  return (
    <span className={css['more']}>
      <Menu
        entries={[
          ...(log ? [{ name: t('tool.open_log'), icon: ScrollText, onPress: () => void navigate({ to: '/activity/tool/$tool', params: { tool: tool.id } }) }] : []),
          ...(startable ? [{ name: t('tool.restart'), icon: RotateCw, onPress: onRestart }] : []),
          ...(tool.state === 'crashed' && tool.can.stop ? [{ name: t('tool.no_restart'), icon: Square, onPress: onGiveUp }] : []),
          ...(installable ? [{ name: t('tool.install_again'), icon: Wrench, onPress: onInstall }] : []),
          ...(stoppable ? [{ name: t('tool.stop_ask', fields), icon: Square, onPress: onStop, risky: true }] : []),
        ]}
        trigger={
          <IconButton label={t('tool.more', fields)}>
            <Ellipsis />
          </IconButton>
        }
      />
    </span>
  );
}
