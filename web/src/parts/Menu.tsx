import type { LucideIcon } from 'lucide-react';
import { cloneElement, type MouseEvent, type ReactElement, useState } from 'react';

import type * as Module from './MenuBody';

interface MenuItem {
  name: string;
  icon: LucideIcon;
  onPress: () => void;
  risky?: boolean;
}

/** One of a few, such as the theme. */
interface MenuChoice {
  label: string;
  value: string;
  options: readonly (readonly [value: string, name: string])[];
  onChoose: (value: string) => void;
  /** The menu closes with the choice; else the choice can be tried out. */
  closes?: boolean;
}

export type MenuEntry = MenuItem | MenuChoice | 'line';

export interface MenuProps {
  /** What opens it: a button. */
  trigger: ReactElement<{ onClick?: (event: MouseEvent) => void; 'aria-haspopup'?: 'menu'; 'aria-expanded'?: boolean }>;
  entries: MenuEntry[];
  side?: 'top' | 'bottom';
  align?: 'start' | 'end';
}

export const loadMenu = (): Promise<typeof Module> => import('./MenuBody');

/** A list of what can be done. Until the first press it is only its button, and costs nothing. */
export function Menu(props: MenuProps) {
  const [body, setBody] = useState<typeof Module | null>(null);
  if (body !== null) return <body.MenuBody {...props} />;
  return cloneElement(props.trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => void loadMenu().then(setBody),
  });
}
