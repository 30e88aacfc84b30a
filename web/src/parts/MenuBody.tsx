import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';

import type { MenuEntry, MenuProps } from './Menu';
import css from './MenuBody.module.css';

/** The menu itself, open at once: its script comes with the first press. */
export function MenuBody({ trigger, entries, side = 'bottom', align = 'end' }: MenuProps) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger render={trigger} />
      <Base.Portal container={document.getElementById('main') ?? document.body}>
        <Base.Positioner className={css['place']} side={side} align={align} sideOffset={6} collisionPadding={8}>
          <Base.Popup className={css['menu']}>
            {entries.map((entry, index) => (
              <Entry key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry === 'line') return <Base.Separator className={css['line']} />;
  if ('options' in entry) {
    return (
      <Base.RadioGroup value={entry.value} onValueChange={entry.onChoose}>
        <Base.GroupLabel className={css['label']}>{entry.label}</Base.GroupLabel>
        {entry.options.map(([value, name]) => (
          <Base.RadioItem key={value} value={value} className={css['item']} closeOnClick={entry.closes ?? false}>
            <span className={css['tick']}>
              <Base.RadioItemIndicator>
                <Check />
              </Base.RadioItemIndicator>
            </span>
            {name}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    );
  }
  const Icon = entry.icon;
  return (
    <Base.Item className={`${css['item']} ${entry.risky ? css['risky'] : ''}`} onClick={entry.onPress}>
      <Icon aria-hidden="true" />
      {entry.name}
    </Base.Item>
  );
}
