import { sentenceOf } from '../../../api/client';
import { Confirm } from '../../../parts/Dialog';
import { someNames } from '../../../parts/names';
import { count, t } from '../../../words';
import type { AdminTool } from './model';
import { type Act, useAct } from './useActs';

/** What is asked about before it is done. */
export interface Asking {
  what: Exclude<Act, 'start'>;
  person: string | null;
}

/** Says who is in a tool and what is lost before it is stopped, restarted or killed. */
export function Asked({ tool, asking, onClose }: { tool: AdminTool; asking: Asking; onClose: () => void }) {
  const act = useAct(tool);
  const { what, person } = asking;
  const name = person === null ? tool.name : t('tools.of', { tool: tool.name, name: person });
  const inside = person === null ? tool.people : [];
  return (
    <Confirm
      title={t(`tools.${what}_title`, { tool: name })}
      open
      onClose={onClose}
      keep={t('tools.keep')}
      act={t(`tools.${what}_act`, { tool: tool.name })}
      working={act.isPending}
      error={act.error ? sentenceOf(act.error) : null}
      onAct={() => act.mutate({ what, person }, { onSuccess: onClose })}
    >
      <p>{inside.length > 0 ? count('tools.hits', inside.length, { names: someNames(inside) }) : t(person === null ? 'tools.hits_nobody' : 'tools.hits_owner', { name: person ?? '' })}</p>
      <p>{t(`tools.${what}_loses`)}</p>
    </Confirm>
  );
}
