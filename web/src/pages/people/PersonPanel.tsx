import { X } from 'lucide-react';
import type { ReactNode } from 'react';

import type { PersonView } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Dialog } from '../../parts/Dialog';
import { IconButton } from '../../parts/IconButton';
import { useMedia } from '../../parts/useMedia';
import { t } from '../../words';
import css from './PersonPanel.module.css';

/** Where the roster and a person have no room side by side. */
export const NARROW = '(max-width: 1320px)';

interface PanelProps {
  person: PersonView;
  onClose: () => void;
  /** Another dialog is over the page. */
  covered: boolean;
  children: ReactNode;
}

/** The frame around one person: beside the roster, or over it where there is no room. */
export function PersonPanel({ person, onClose, covered, children }: PanelProps) {
  const narrow = useMedia(NARROW);
  if (narrow) {
    return (
      <Dialog title={person.name} open={!covered} onClose={onClose}>
        <p className="meta">{t(person.role === 'admin' ? 'people.admin' : 'people.artist')}</p>
        <div className={css['panel']}>{children}</div>
      </Dialog>
    );
  }
  return (
    <section className={`card ${css['panel']} ${css['beside']}`} aria-labelledby="person-name">
      <div className={css['top']}>
        <Avatar name={person.name} size="l" />
        <div className={css['who']}>
          <h2 id="person-name">{person.name}</h2>
          <span className="meta">{t(person.role === 'admin' ? 'people.admin' : 'people.artist')}</span>
        </div>
        <IconButton label={t('common.close')} onClick={onClose}>
          <X />
        </IconButton>
      </div>
      {children}
    </section>
  );
}
