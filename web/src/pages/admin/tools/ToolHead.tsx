import { Link } from '@tanstack/react-router';
import { Download, Ellipsis, OctagonX, Play, RotateCw, ScrollText, Square, UserPlus } from 'lucide-react';
import { useState } from 'react';

import { Button, buttonClass } from '../../../parts/Button';
import { IconButton } from '../../../parts/IconButton';
import { Menu, type MenuEntry } from '../../../parts/Menu';
import { StateMark } from '../../../parts/StateMark';
import { ToolIcon } from '../../../parts/ToolIcon';
import { toolMark, toolWord } from '../../../parts/toolState';
import { t } from '../../../words';
import type { Asking } from './Asked';
import { type AdminTool, type InstanceView, shownState } from './model';
import { StartFor } from './StartFor';
import css from './Tools.module.css';
import { useAct, useInstall } from './useActs';

interface HeadProps {
  tool: AdminTool;
  instances: readonly InstanceView[];
  onAsk: (asking: Asking) => void;
}

const AT_REST = new Set(['stopped', 'crashed', 'failed']);

/** The tool's name, how it stands, and what can be done with it as a whole. */
export function ToolHead({ tool, instances, onAsk }: HeadProps) {
  const state = shownState(tool, instances);
  const shared = tool.instances === 'one';
  return (
    <div className={css['head']}>
      <ToolIcon name={tool.icon} />
      <div className={css['title']}>
        <h2>{tool.name}</h2>
        <p className="dim">{tool.summary}</p>
      </div>
      <StateMark mark={toolMark(state)}>{shared ? toolWord(tool) : t(`state.${state}`)}</StateMark>
      <div className={css['acts']}>{shared ? <SharedActs tool={tool} onAsk={onAsk} /> : <OwnActs tool={tool} />}</div>
    </div>
  );
}

function LogLink({ tool }: { tool: AdminTool }) {
  return (
    <Link to="/activity/tool/$tool" params={{ tool: tool.id }} className={buttonClass({})}>
      <ScrollText aria-hidden="true" />
      {t('tools.log')}
    </Link>
  );
}

function SharedActs({ tool, onAsk }: Omit<HeadProps, 'instances'>) {
  const act = useAct(tool);
  const install = useInstall(tool);
  const alive = !AT_REST.has(tool.state) && tool.installed && tool.state !== 'broken' && tool.state !== 'installing' && tool.state !== 'not_installed';
  const more: MenuEntry[] = alive
    ? [
        { name: t('tools.restart_ask'), icon: RotateCw, onPress: () => onAsk({ what: 'restart', person: null }) },
        'line',
        { name: t('tools.kill_ask'), icon: OctagonX, risky: true, onPress: () => onAsk({ what: 'kill', person: null }) },
      ]
    : tool.can.install && tool.installed
      ? [{ name: t('tools.install_anew'), icon: Download, onPress: () => install.mutate() }]
      : [];
  return (
    <>
      {tool.can.log && <LogLink tool={tool} />}
      {alive && (
        <Button online onClick={() => onAsk({ what: 'stop', person: null })}>
          <Square aria-hidden="true" />
          {t('tools.stop_ask')}
        </Button>
      )}
      {AT_REST.has(tool.state) && (
        <Button online working={act.isPending} onClick={() => act.mutate({ what: 'start', person: null })}>
          <Play aria-hidden="true" />
          {t('tools.start')}
        </Button>
      )}
      {tool.state === 'not_installed' && tool.can.install && (
        <Button look="primary" online working={install.isPending} onClick={() => install.mutate()}>
          {t('tools.install')}
        </Button>
      )}
      {more.length > 0 && (
        <Menu
          entries={more}
          trigger={
            <IconButton label={t('tools.more', { tool: tool.name })}>
              <Ellipsis />
            </IconButton>
          }
        />
      )}
    </>
  );
}

/** A tool that runs once for each artist is started for somebody. */
function OwnActs({ tool }: { tool: AdminTool }) {
  const install = useInstall(tool);
  const [choosing, choose] = useState(false);
  if (tool.state === 'not_installed') {
    return tool.can.install ? (
      <Button look="primary" online working={install.isPending} onClick={() => install.mutate()}>
        {t('tools.install')}
      </Button>
    ) : null;
  }
  return (
    <>
      <Button online onClick={() => choose(true)}>
        <UserPlus aria-hidden="true" />
        {t('tools.start_for')}
      </Button>
      {choosing && <StartFor tool={tool} onClose={() => choose(false)} />}
    </>
  );
}
