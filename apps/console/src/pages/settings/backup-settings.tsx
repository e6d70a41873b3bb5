// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { send } from '../../data/api-client.ts';
import { saveFile } from '../../data/download.ts';
import { useT } from '../../i18n/language.ts';
import { FailureLine } from '../../widgets/states.tsx';
import { CommandBlock } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';

const PASSPHRASE_MIN = 12;

/** An encrypted backup, made now and saved by the browser. */
export const BackupSettings = () => {
  const t = useT();
  const toast = useToast();
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && again !== passphrase;
  const make = useMutation({
    mutationFn: async () => {
      const response = await send('backup.create', {
        body: { passphrase },
        accept: 'application/octet-stream',
      });
      saveFile(await response.blob(), `bartizan-backup-${new Date().toISOString().slice(0, 10)}.bzbackup`);
    },
    onSuccess: () => {
      setPassphrase('');
      setAgain('');
      toast.done(t('backup.done'));
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!differs && passphrase.length >= PASSPHRASE_MIN) make.mutate();
  };
  const show = { 'aria-label': t('sign-in.show') };
  return (
    <section className="card" aria-labelledby="backup-title">
      <div className="card-head">
        <h2 id="backup-title">{t('settings.backup')}</h2>
      </div>
      <form className="card-body stack narrow-form" onSubmit={submit}>
        <p className="second">{t('backup.note')}</p>
        {make.isError && <FailureLine error={make.error} />}
        <PasswordInput
          label={t('backup.passphrase')}
          description={t('backup.rule')}
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
          minLength={PASSPHRASE_MIN}
          autoComplete="new-password"
          visibilityToggleButtonProps={show}
          required
          withAsterisk={false}
        />
        <PasswordInput
          label={t('backup.again')}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differs ? t('backup.differs') : undefined}
          autoComplete="new-password"
          visibilityToggleButtonProps={show}
          required
          withAsterisk={false}
        />
        <span>
          <Button type="submit" size="sm" loading={make.isPending} disabled={differs}>
            {t('backup.button')}
          </Button>
        </span>
        <p className="quiet small">{t('backup.restore')}</p>
        <CommandBlock text="bartizan restore FILE" />
      </form>
    </section>
  );
};
