// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { queryClient } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { BrandMark } from '../../frame/rail.tsx';
import { ThemeMenu } from '../../frame/user-menu.tsx';
import { chooseBeforeSignIn } from '../../i18n/account-language.ts';
import { switchLanguage, useLanguage, useT } from '../../i18n/language.ts';
import { Prose } from '../../widgets/prose.tsx';
import { FailureLine } from '../../widgets/states.tsx';

const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'ja', label: '日本語' },
];

/** The surround of sign-in and password change: language first, nothing else in the way. */
export const SignInCard = ({
  title,
  note,
  children,
}: {
  title: string;
  note: string;
  children: React.ReactNode;
}) => {
  const t = useT();
  const language = useLanguage();
  return (
    <main className="sign-in">
      <div className="sign-in-tools">
        <SegmentedControl
          data={LANGUAGES}
          value={language}
          onChange={(value) => {
            const chosen = value === 'ja' ? 'ja' : 'en';
            chooseBeforeSignIn(chosen);
            void switchLanguage(chosen);
          }}
          aria-label={t('frame.language')}
          size="xs"
        />
        <ThemeMenu />
      </div>
      <div className="card sign-in-card">
        <div className="row" style={{ gap: 12 }}>
          <BrandMark size={36} />
          <div>
            <h1>{title}</h1>
            <p className="quiet">{note}</p>
          </div>
        </div>
        {children}
      </div>
      <p className="quiet small">{t('sign-in.promise')}</p>
    </main>
  );
};

/** Only addresses of this console are followed after sign-in. */
const isOwnAddress = (address: string): boolean => /^\/(?![/\\])/.test(address);

/** Sign-in with name and password. */
export const SignInPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const router = useRouter();
  const { search } = useView();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => call('session.create', { body: { name: name.trim(), password } }),
    onSuccess: async (session) => {
      queryClient.clear();
      queryClient.setQueryData(['session.show', null, null], session);
      if (search.next !== undefined && isOwnAddress(search.next)) router.history.push(search.next);
      else await navigate({ to: '/', search: {} });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name !== '' && password !== '') signIn.mutate();
  };
  return (
    <SignInCard title={t('sign-in.title')} note={t('sign-in.note')}>
      <form onSubmit={submit} className="stack">
        {signIn.isError && <FailureLine error={signIn.error} />}
        <TextInput
          label={t('sign-in.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
        />
        <PasswordInput
          label={t('sign-in.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('sign-in.show') }}
          required
          withAsterisk={false}
        />
        <Button type="submit" size="sm" loading={signIn.isPending}>
          {t('sign-in.button')}
        </Button>
        <p className="quiet small">
          <Prose text={t('sign-in.lost')} />
        </p>
      </form>
    </SignInCard>
  );
};
