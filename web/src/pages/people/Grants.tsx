import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';

import { tools as toolsQuery } from '../../api/queries';
import type { GrantView, PersonView } from '../../api/types';
import { Button } from '../../parts/Button';
import { Menu } from '../../parts/Menu';
import { StateMark } from '../../parts/StateMark';
import { t } from '../../words';
import { asGrant, grantOf, type Grant, loses } from './grant';
import css from './PersonPanel.module.css';

interface GrantsProps {
  person: PersonView;
  tools: GrantView[];
  /** `loses`: they may enter now and may not afterwards. */
  onChange: (person: PersonView, tool: GrantView, may: boolean | null, loses: boolean) => void;
}

const NAMES = { '': 'people.grant_as_tool', yes: 'people.grant_yes', no: 'people.grant_no' } as const;

/** Which tools somebody may enter, and a say about each. */
export function Grants({ person, tools, onChange }: GrantsProps) {
  const { data: cards } = useQuery(toolsQuery);
  if (person.role === 'admin') return <p className="meta">{t('people.admin_enters')}</p>;
  const forAll = (tool: GrantView) => cards?.find((card) => card.id === tool.id)?.access !== 'admin';
  return (
    <ul>
      {tools.map((tool) => (
        <li key={tool.id} className={css['grant']}>
          <b className="el" title={tool.name}>{tool.name}</b>
          <Menu
            entries={[
              {
                label: t('people.grant_label', { tool: tool.name }),
                value: grantOf(tool),
                options: (['', 'yes', 'no'] as const).map((each) => [each, t(NAMES[each])] as const),
                onChoose: (next) => onChange(person, tool, asGrant(next as Grant), loses(tool, next as Grant, forAll(tool))),
                closes: true,
              },
            ]}
            trigger={
              <Button size="s" look="quiet" online aria-label={t('people.grant_now', { tool: tool.name, now: wordOf(tool) })}>
                <StateMark mark={tool.may ? 'done' : 'off'} />
                {wordOf(tool)}
                <ChevronDown aria-hidden="true" />
              </Button>
            }
          />
        </li>
      ))}
    </ul>
  );
}

function wordOf(tool: GrantView): string {
  if (tool.by === 'grant') return t(NAMES[tool.may ? 'yes' : 'no']);
  return t(tool.by === 'admins' ? 'people.grant_admins' : 'people.grant_everyone');
}
