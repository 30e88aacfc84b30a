import '../../words/profiles';

import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { call, sentenceOf } from '../../api/client';
import { entered } from '../../api/session';
import type { Me, Role } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { Badge } from '../../parts/Badge';
import { Field } from '../../parts/Field';
import { SignHead } from '../../parts/SignLayout';
import { Note } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { count, t } from '../../words';
import { fitting } from './fitting';
import css from './Profiles.module.css';
import { useGoOn } from './useGoOn';

/** From this many on the list gets a field to find a name in. */
const MANY = 9;
/** No more are drawn at once. */
const DRAWN = 60;

/** Everybody on the roster, to pick oneself from. */
export function Profiles({ profiles }: { profiles: readonly { name: string; role: Role }[] }) {
  useTitle(t('profiles.title'));
  useGoOn(useSearch({ from: '/signin' }).next);
  const [typed, type] = useState('');
  const enter = useMutation({ mutationFn: (name: string) => call<{ me: Me }>('POST', '/session/open', { name }), onSuccess: entered });
  const found = fitting(profiles, typed);
  const shown = found.slice(0, DRAWN);
  return (
    <>
      <SignHead title={t('profiles.title')}>{t(profiles.length > 0 ? 'profiles.text' : 'profiles.nobody')}</SignHead>
      <div className={css['pick']}>
        {enter.error && <Note look="failed" title={sentenceOf(enter.error)} />}
        {profiles.length >= MANY && <Field label={t('profiles.find')} type="search" large autoFocus autoComplete="off" value={typed} onChange={(event) => type(event.target.value)} />}
        <ul className={css['list']} aria-label={t('profiles.list')}>
          {shown.map(({ name, role }) => (
            <li key={name}>
              <button type="button" aria-label={t('profiles.enter', { name })} aria-busy={(enter.isPending && enter.variables === name) || undefined} onClick={() => !enter.isPending && enter.mutate(name)}>
                <Avatar name={name} size="l" />
                <b className="el" title={name}>{name}</b>
                {role === 'admin' && <Badge look="accent">{t('account.admin')}</Badge>}
              </button>
            </li>
          ))}
        </ul>
        <p className="meta" role="status">
          {found.length === 0 && profiles.length > 0 && t('profiles.nobody_fits')}
          {found.length > shown.length && count('profiles.more', found.length - shown.length)}
        </p>
      </div>
    </>
  );
}
