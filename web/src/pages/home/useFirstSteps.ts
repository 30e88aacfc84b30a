import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';

import { prefer, usePreferences } from '../../app/preferences';
import { peopleCounts } from '../../api/queries';
import type { Me, ToolView } from '../../api/types';

/** The tool that every studio starts with. */
const FIRST_TOOL = 'jupyter-lab';

export interface Step {
  is: 'people' | 'install' | 'open';
  done: boolean;
  tool: ToolView | null;
}

/** What a new studio still needs, for its admin; `null` when it needs nothing more or the list was put away. */
export function useFirstSteps(me: Me | null, tools: ToolView[] | undefined): Step[] | null {
  const { stepsHidden, opened } = usePreferences();
  const wanted = me?.scope === 'admin' && !stepsHidden;
  const { data } = useQuery({ ...peopleCounts, enabled: wanted });
  const tool = tools?.find((each) => each.id === FIRST_TOOL) ?? null;
  const known = wanted && data !== undefined && tools !== undefined;
  // One of those who were invited is the admin who reads this.
  const joined = data !== undefined && data.all - data.not_invited > 1;
  const steps: Step[] = [
    { is: 'people', done: joined, tool: null },
    { is: 'install', done: tool?.installed ?? false, tool },
    { is: 'open', done: opened && (tool?.installed ?? false), tool },
  ];
  const over = known && steps.every((step) => step.done || (step.is !== 'people' && tool === null));
  useEffect(() => {
    if (over) prefer('stepsHidden', true);
  }, [over]);
  return known && !over ? steps : null;
}
