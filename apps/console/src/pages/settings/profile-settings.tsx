// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, SegmentedControl, TextInput, useMantineColorScheme } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { queryClient } from '../../data/queries.ts';
import { useSession } from '../../data/session.ts';
import { useLanguageChoice } from '../../frame/user-menu.tsx';
import { useLanguage, useT } from '../../i18n/language.ts';
import { Facts, Verbatim } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { PasswordForm } from '../sign-in/change-password.tsx';

const NameForm = () => {
  const t = useT();
  const toast = useToast();
  const { user } = useSession();
  const [displayName, setDisplayName] = useState(user.displayName);
  const save = useMutation({
    mutationFn: () => call('session.update', { body: { displayName: displayName.trim() } }),
    onSuccess: (session) => {
      queryClient.setQueryData(['session.show', null, null], session);
      toast.done(t('profile.saved'));
    },
    onError: toast.failed,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="row form-line" onSubmit={submit}>
      <TextInput
        label={t('profile.display-name')}
        value={displayName}
        maxLength={128}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
        style={{ flex: 1 }}
      />
      <Button type="submit" size="sm" variant="default" loading={save.isPending}>
        {t('profile.save')}
      </Button>
    </form>
  );
};

/** Language, theme, shown name, password. */
export const ProfileSettings = () => {
  const t = useT();
  const toast = useToast();
  const { user } = useSession();
  const language = useLanguage();
  const choose = useLanguageChoice();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className="stack">
      <section className="card" aria-labelledby="look-title">
        <div className="card-head">
          <h2 id="look-title">{t('profile.look')}</h2>
        </div>
        <div className="card-body stack">
          <Facts
            rows={[
              [t('profile.name'), <Verbatim key="n">{user.name}</Verbatim>],
              [t('profile.role'), t(`role.${user.role}`)],
              [
                t('frame.language'),
                <SegmentedControl
                  key="l"
                  size="xs"
                  value={language}
                  onChange={(value) => void choose(value === 'ja' ? 'ja' : 'en')}
                  data={[
                    { value: 'en', label: 'English' },
                    { value: 'ja', label: '日本語' },
                  ]}
                  aria-label={t('frame.language')}
                />,
              ],
              [
                t('frame.theme'),
                <SegmentedControl
                  key="t"
                  size="xs"
                  value={colorScheme}
                  onChange={(value) =>
                    setColorScheme(value === 'dark' ? 'dark' : value === 'light' ? 'light' : 'auto')
                  }
                  data={(['light', 'dark', 'auto'] as const).map((value) => ({
                    value,
                    label: t(`theme.${value}`),
                  }))}
                  aria-label={t('frame.theme')}
                />,
              ],
            ]}
          />
          <NameForm />
        </div>
      </section>
      <section className="card" aria-labelledby="password-title">
        <div className="card-head">
          <h2 id="password-title">{t('profile.password')}</h2>
        </div>
        <div className="card-body narrow-form">
          <PasswordForm
            button={t('password.change')}
            onDone={(session) => {
              queryClient.setQueryData(['session.show', null, null], session);
              toast.done(t('password.changed'));
            }}
          />
        </div>
      </section>
    </div>
  );
};
