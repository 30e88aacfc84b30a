import { bytes } from '../../../parts/size';
import { StateMark } from '../../../parts/StateMark';
import { ToolIcon } from '../../../parts/ToolIcon';
import { toolMark } from '../../../parts/toolState';
import { count, t } from '../../../words';
import { type AdminTool, type CommandView, shownState } from './model';
import css from './Tools.module.css';

/** The tools, each with how it stands and what it takes. */
export function ToolList({ tools, commands, chosen, onChoose }: { tools: readonly AdminTool[]; commands: ReadonlyMap<string, CommandView>; chosen: string | null; onChoose: (tool: string) => void }) {
  return (
    <ul className={`card ${css['list']}`} aria-label={t('nav.tools')}>
      {tools.map((tool) => (
        <li key={tool.id}>
          <Row tool={tool} command={commands.get(tool.id)} on={tool.id === chosen} onChoose={onChoose} />
        </li>
      ))}
    </ul>
  );
}

function Row({ tool, command, on, onChoose }: { tool: AdminTool; command: CommandView | undefined; on: boolean; onChoose: (tool: string) => void }) {
  const instances = command?.instances ?? [];
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
          {command?.restart_needed && <span className="meta">{t('tools.old_options')}</span>}
        </span>
      </span>
      {memory > 0 && <span className={`meta ${css['takes']}`}>{bytes(memory)}</span>}
    </button>
  );
}
