import { useQuery } from '@tanstack/react-query';

import { bytes } from '../../../parts/size';
import { StateMark } from '../../../parts/StateMark';
import { ToolIcon } from '../../../parts/ToolIcon';
import { toolMark } from '../../../parts/toolState';
import { count, t } from '../../../words';
import { type AdminTool, readable, shownState } from './model';
import { command } from './queries';
import css from './Tools.module.css';

/** The tools, each with how it stands and what it takes. */
export function ToolList({ tools, chosen, onChoose }: { tools: readonly AdminTool[]; chosen: string | null; onChoose: (tool: string) => void }) {
  return (
    <ul className={`card ${css['list']}`} aria-label={t('nav.tools')}>
      {tools.map((tool) => (
        <li key={tool.id}>
          <Row tool={tool} on={tool.id === chosen} onChoose={onChoose} />
        </li>
      ))}
    </ul>
  );
}

function Row({ tool, on, onChoose }: { tool: AdminTool; on: boolean; onChoose: (tool: string) => void }) {
  const { data } = useQuery({ ...command(tool.id), enabled: readable(tool) });
  const instances = data?.instances ?? [];
  const state = shownState(tool, instances);
  const memory = instances.reduce((sum, each) => sum + (each.memory_bytes ?? 0), 0);
  return (
    <button type="button" className={css['pick']} aria-current={on || undefined} data-tool={tool.id} onClick={() => onChoose(tool.id)}>
      <ToolIcon name={tool.icon} />
      <span className={css['who']}>
        <b className="el" title={tool.name}>{tool.name}</b>
        <span className={css['how']}>
          <StateMark mark={toolMark(state)}>{t(`state.${state}`)}</StateMark>
          {tool.instances === 'per-artist' && instances.length > 0 && <span className="meta">{count('tools.n_instances', instances.length)}</span>}
          {data?.restart_needed && <span className="meta">{t('tools.old_options')}</span>}
        </span>
      </span>
      {memory > 0 && <span className={`meta ${css['takes']}`}>{bytes(memory)}</span>}
    </button>
  );
}
