import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, Keyboard, KeyRound, LockKeyhole, LogOut } from 'lucide-react';

import { sentenceOf } from '../api/client';
import { signOut } from '../api/session';
import type { Me } from '../api/types';
import { Avatar } from '../parts/Avatar';
import { Menu } from '../parts/Menu';
import { say } from '../parts/Toasts';
import { t } from '../words';
import css from './AccountMenu.module.css';
import { prefer, type Theme, usePreferences } from './preferences';

const THEMES = (): (readonly [Theme, string])[] => [
  ['system', t('account.theme_system')],
  ['dark', t('account.theme_dark')],
  ['light', t('account.theme_light')],
];

/** Who is signed in, and what they can change about it. */
export function AccountMenu({ me, onKeys, look }: { me: Me; onKeys: () => void; look: 'row' | 'avatar' }) {
  const navigate = useNavigate();
  const { theme } = usePreferences();
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      say(sentenceOf(error), 'failed');
    }
  };
  return (
    <Menu
      side={look === 'row' ? 'top' : 'bottom'}
      align={look === 'row' ? 'start' : 'end'}
      entries={[
        { label: t('account.theme'), value: theme, options: THEMES(), onChoose: (next) => prefer('theme', next as Theme) },
        'line',
        { name: t('account.tokens'), icon: KeyRound, onPress: () => void navigate({ to: '/account', hash: 'tokens' }) },
        { name: t('account.password'), icon: LockKeyhole, onPress: () => void navigate({ to: '/account', hash: 'password' }) },
        { name: t('keys.title'), icon: Keyboard, onPress: onKeys },
        'line',
        { name: t('account.sign_out'), icon: LogOut, onPress: () => void leave() },
      ]}
      trigger={
        <button type="button" className={css[look]} aria-label={t('account.menu', { name: me.name })}>
          <Avatar name={me.name} size="l" />
          {look === 'row' && (
            <>
              <span className={css['who']}>
                <b className="el" title={me.name}>{me.name}</b>
                <span>{t(me.role === 'admin' ? 'account.admin' : 'account.artist')}</span>
              </span>
              <ChevronsUpDown aria-hidden="true" />
            </>
          )}
        </button>
      }
    />
  );
}
