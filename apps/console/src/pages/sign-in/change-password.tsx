// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Session } from '@bartizan/contracts';
import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { queryClient } from '../../data/queries.ts';
import { chooseBeforeSignIn } from '../../i18n/account-language.ts';
import { currentLanguage, useT } from '../../i18n/language.ts';
import { FailureLine } from '../../widgets/states.tsx';
import { SignInCard } from './sign-in-page.tsx';

/** Current and new password, twice; says what is wrong before sending. */
export const PasswordForm = ({ onDone, button }: { onDone: (session: Session) => void; button: string }) => {
  const t = useT();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && next !== again;
  const change = useMutation({
    mutationFn: () => call('session.password', { body: { current, next } }),
    onSuccess: (session) => {
      setCurrent('');
      setNext('');
      setAgain('');
      onDone(session);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!differs && next.length > 0 && again !== '') change.mutate();
  };
  const show = { 'aria-label': t('sign-in.show') };
  return (
    <form onSubmit={submit} className="stack">
      {change.isError && <FailureLine error={change.error} />}
      <PasswordInput
        label={t('password.current')}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        autoComplete="current-password"
        visibilityToggleButtonProps={show}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label={t('password.next')}
        description={t('password.rule')}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        autoComplete="new-password"
        visibilityToggleButtonProps={show}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label={t('password.again')}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
        error={differs ? t('password.differs') : undefined}
        autoComplete="new-password"
        visibilityToggleButtonProps={show}
        required
        withAsterisk={false}
      />
      <Button type="submit" size="sm" loading={change.isPending} disabled={differs}>
        {button}
      </Button>
    </form>
  );
};

/** A one-time password has to be replaced before anything else. */
export const ChangePassword = ({ session }: { session: Session }) => {
  const t = useT();
  return (
    <SignInCard title={t('password.title')} note={t('password.note', { name: session.user.name })}>
      <PasswordForm
        button={t('password.button')}
        onDone={(next) => {
          // Nobody chose the language of a new account yet: it is the one its owner reads this page in.
          chooseBeforeSignIn(currentLanguage());
          queryClient.setQueryData(['session.show', null, null], next);
        }}
      />
    </SignInCard>
  );
};
