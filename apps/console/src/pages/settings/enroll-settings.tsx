// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { FailureLine } from '../../widgets/states.tsx';
import { Copy, Facts, Verbatim } from '../../widgets/text.tsx';
import { OnceSecret } from './once-secret.tsx';

const LIFETIMES = ['15', '60', '1440'] as const;

/** A one-time token that lets one agent join. */
export const EnrollSettings = () => {
  const t = useT();
  const { exact } = useFormat();
  const [minutes, setMinutes] = useState<string>('60');
  const make = useMutation({
    mutationFn: () => call('join-token.create', { body: { lifetimeMinutes: Number(minutes) } }),
  });
  const made = make.data;
  return (
    <section className="card" aria-labelledby="enroll-title">
      <div className="card-head">
        <h2 id="enroll-title">{t('settings.enroll')}</h2>
      </div>
      <div className="card-body stack">
        <p className="second">{t('enroll.note')}</p>
        {make.isError && <FailureLine error={make.error} />}
        <div className="row form-line">
          <Select
            label={t('enroll.lifetime')}
            data={LIFETIMES.map((value) => ({ value, label: t(`enroll.lifetime.${value}`) }))}
            value={minutes}
            onChange={(value) => setMinutes(value ?? '60')}
          />
          <Button size="sm" loading={make.isPending} onClick={() => make.mutate()}>
            {t('enroll.button')}
          </Button>
        </div>
        {made !== undefined && (
          <>
            <OnceSecret title={t('enroll.token')} value={made.token} />
            <Facts
              rows={[
                [
                  t('enroll.ca'),
                  <span key="c" className="row">
                    <Verbatim mono>{made.caSha256}</Verbatim>
                    <Copy value={made.caSha256} />
                  </span>,
                ],
                [t('enroll.ends'), exact(made.expiresAtMs)],
              ]}
            />
          </>
        )}
      </div>
    </section>
  );
};
