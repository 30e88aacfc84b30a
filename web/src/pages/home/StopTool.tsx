import '../../words/home';

import { sentenceOf } from '../../api/client';
import type { ToolView } from '../../api/types';
import { Confirm } from '../../parts/Dialog';
import { someNames } from '../../parts/names';
import { count, t } from '../../words';
import type { useTool } from './useTool';

/** Names who is in a tool and what is lost before it is stopped. */
export function StopTool({ tool, me, open, onClose, stop }: { tool: ToolView; me: { name: string }; open: boolean; onClose: () => void; stop: ReturnType<typeof useTool>['stop'] }) {
  const others = tool.people.filter((name) => name !== me.name);
  return (
    <Confirm
      title={t('tool.stop_title', { tool: tool.name })}
      open={open}
      onClose={onClose}
      keep={t('tool.keep')}
      act={t('tool.stop', { tool: tool.name })}
      working={stop.isPending}
      error={stop.error ? sentenceOf(stop.error) : null}
      onAct={() => stop.mutate(undefined, { onSuccess: onClose })}
    >
      <p>{others.length > 0 ? count('tool.stop_hits', others.length, { names: someNames(others) }) : t('tool.stop_alone')}</p>
      <p>{t('tool.stop_loses')}</p>
    </Confirm>
  );
}
