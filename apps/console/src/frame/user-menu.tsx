// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconBrightness,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { call } from '../data/api-client.ts';
import { queryClient } from '../data/queries.ts';
import { useSession } from '../data/session.ts';
import { endSession } from '../data/session-end.ts';
import type { Language } from '../format/time.ts';
import { agreeOnLanguage, takeChoiceBeforeSignIn } from '../i18n/account-language.ts';
import { currentLanguage, switchLanguage, useLanguage, useT } from '../i18n/language.ts';
import { useToast } from '../widgets/toast.tsx';

const LANGUAGES = [
  ['en', 'English'],
  ['ja', '日本語'],
] as const satisfies readonly (readonly [Language, string])[];

/** Writes the language into the account; where that fails, this browser keeps it. */
const saveLanguage = async (language: Language): Promise<void> => {
  try {
    const session = await call('session.update', { body: { language } });
    queryClient.setQueryData(['session.show', null, null], session);
  } catch {
    // Not kept in the account then: the next sign-in has the language of before.
  }
};

/** Texts that come from the controller are asked for again in the new language. */
const askAgain = (): Promise<void> =>
  queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session.show' });

/** Changes the language here and in the account, both at once. */
export const useLanguageChoice =
  () =>
  async (language: Language): Promise<void> => {
    await switchLanguage(language);
    await saveLanguage(language);
    await askAgain();
  };

/** Keeps console and account in one language: after sign-in, and when the account's language is another one now. */
export const useAccountLanguage = (account: Language): void => {
  useEffect(() => {
    const { show, save } = agreeOnLanguage({
      account,
      shown: currentLanguage(),
      chosen: takeChoiceBeforeSignIn(),
    });
    const apply = async (): Promise<void> => {
      if (show !== undefined) await switchLanguage(show);
      if (save !== undefined) await saveLanguage(save);
      if (show !== undefined || save !== undefined) await askAgain();
    };
    void apply();
  }, [account]);
};

/** English or Japanese. */
export const LanguageMenu = () => {
  const t = useT();
  const language = useLanguage();
  const choose = useLanguageChoice();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size={32} aria-label={t('frame.language')} title={t('frame.language')}>
          <IconLanguage size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map(([id, name]) => (
          <Menu.Item key={id} lang={id} onClick={() => void choose(id)} aria-current={language === id}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

const THEMES = [
  ['light', IconSun],
  ['dark', IconMoon],
  ['auto', IconBrightness],
] as const;
/** Light, dark, or as the machine has it. */
export const ThemeMenu = () => {
  const t = useT();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = THEMES.find(([id]) => id === colorScheme)?.[1] ?? IconBrightness;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size={32} aria-label={t('frame.theme')} title={t('frame.theme')}>
          <Current size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {THEMES.map(([id, Icon]) => (
          <Menu.Item
            key={id}
            leftSection={<Icon size={16} />}
            onClick={() => setColorScheme(id)}
            aria-current={colorScheme === id}
          >
            {t(`theme.${id}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

/** Ends the session on the controller and then here. Where the controller did not end it, that is said and nothing is left. */
const useSignOut = () => {
  const navigate = useNavigate();
  const toast = useToast();
  return async (): Promise<void> => {
    try {
      await endSession();
    } catch (error) {
      toast.failed(error);
      return;
    }
    queryClient.clear();
    await navigate({ to: '/sign-in', search: {} });
  };
};

/** Who is signed in, and the way out. */
export const UserMenu = ({ onHelp }: { onHelp: () => void }) => {
  const t = useT();
  const { user } = useSession();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={32} aria-label={t('frame.user')} title={t('frame.user')}>
          <IconUserCircle size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <span translate="no">{user.displayName === '' ? user.name : user.displayName}</span> ·{' '}
          {t(`role.${user.role}`)}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconSettings size={16} />}
          onClick={() => void navigate({ to: '/settings/$section', params: { section: 'profile' } })}
        >
          {t('settings.profile')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onHelp}>
          {t('help.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('frame.sign-out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
