import { useNavigate } from '@tanstack/react-router';
import { CircleHelp, Keyboard, LogOut, ShieldCheck, ShieldOff, UserRound } from 'lucide-react';

import { sentenceOf } from '../api/client';
import { signOut } from '../api/session';
import type { Me } from '../api/types';
import type { MenuProps } from '../parts/Menu';
import { MenuBody } from '../parts/MenuBody';
import { say } from '../parts/Toasts';
import { t } from '../words';
import { LANGUAGES, speak, wantedLanguage, type WantedLanguage } from '../words/language';
import { actsAsAdmin } from './acting';
import { askAdminMode, endAdminMode } from './adminMode';
import { over } from './over';
import { prefer, type Theme, usePreferences } from './preferences';

const THEMES = (): (readonly [Theme, string])[] => [
  ['system', t('account.theme_system')],
  ['dark', t('account.theme_dark')],
  ['light', t('account.theme_light')],
];

const LANGUAGE_CHOICES = (): (readonly [WantedLanguage, string])[] => [['system', t('account.language_system')], ...(Object.entries(LANGUAGES) as [WantedLanguage, string][])];

const tried = (act: () => Promise<unknown>): void => void act().catch((error: unknown) => say(sentenceOf(error), 'failed'));

/** What people can change about themselves and this browser. It comes with the first press, and is open at once. */
export function AccountEntries({ me, phone, ...place }: { me: Me; phone: boolean } & Omit<MenuProps, 'entries'>) {
  const navigate = useNavigate();
  const { theme } = usePreferences();
  // A program's token says itself what it may do.
  const switches = me.role === 'admin' && (me.scope !== 'admin' || me.admin_until !== null);
  return (
    <MenuBody
      {...place}
      entries={[
        ...(switches
          ? [
              actsAsAdmin(me)
                ? { name: t('account.admin_off'), icon: ShieldOff, onPress: () => tried(endAdminMode) }
                : { name: t('account.admin_on'), icon: ShieldCheck, onPress: () => void askAdminMode() },
              'line' as const,
            ]
          : []),
        { label: t('account.theme'), value: theme, options: THEMES(), onChoose: (next) => prefer('theme', next as Theme) },
        'line',
        { label: t('account.language'), value: wantedLanguage, options: LANGUAGE_CHOICES(), onChoose: (next) => speak(next as WantedLanguage) },
        'line',
        { name: t('nav.account'), icon: UserRound, onPress: () => void navigate({ to: '/account' }) },
        ...(phone ? [{ name: t('nav.help'), icon: CircleHelp, onPress: () => over.set('help') }] : []),
        { name: t('keys.title'), icon: Keyboard, onPress: () => over.set('keys') },
        'line',
        { name: t('account.sign_out'), icon: LogOut, onPress: () => tried(signOut) },
      ]}
    />
  );
}
