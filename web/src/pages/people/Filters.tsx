import { useRef } from 'react';

import { useKeys } from '../../app/keys';
import type { PeopleView, Role } from '../../api/types';
import { Chip, FilterBar, TextFilter } from '../../parts/Filter';
import { Menu } from '../../parts/Menu';
import { t } from '../../words';
import { StateFilter } from './StateFilter';
import { type Wanted, wanting } from './wanted';

/** Find somebody by name, state or role. */
export function Filters({ wanted, counts, onWant }: { wanted: Wanted; counts: PeopleView['counts']; onWant: (wanted: Wanted) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ 'list.filter': () => field.current?.focus() });
  const { role } = wanted;
  return (
    <FilterBar>
      <TextFilter text={wanted.text ?? ''} field={field} placeholder={t('people.search')} label={t('people.search_label')} onText={(text) => onWant(wanting(wanted, { text: text.trim() === '' ? undefined : text }))} />
      <Chip on={role !== undefined} name={role ? t(`people.only_${role}`) : t('people.role')} clear={t('people.role_clear')} onClear={() => onWant(wanting(wanted, { role: undefined }))}>
        {(trigger) => (
          <Menu
            align="start"
            trigger={trigger}
            entries={[
              {
                label: t('people.role'),
                value: role ?? '',
                options: [
                  ['', t('people.any_role')],
                  ['artist', t('people.only_artist')],
                  ['admin', t('people.only_admin')],
                ],
                onChoose: (next) => onWant(wanting(wanted, { role: next === '' ? undefined : (next as Role) })),
                closes: true,
              },
            ]}
          />
        )}
      </Chip>
      <StateFilter counts={counts} state={wanted.state} onState={(state) => onWant(wanting(wanted, { state }))} />
    </FilterBar>
  );
}
