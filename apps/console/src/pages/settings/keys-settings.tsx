// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiKey, Role } from '@bartizan/contracts';
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useList } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { MoreFoot } from '../../widgets/more-foot.tsx';
import { Asked, FailureLine } from '../../widgets/states.tsx';
import { When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { KEY_DAYS_MAX, keyDays } from './key-days.ts';
import { OnceSecret } from './once-secret.tsx';
import { ROLE_CHOICES } from './role-choices.ts';

const NewKey = ({ onMade }: { onMade: (secret: string) => void }) => {
  const t = useT();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('ci');
  const [typed, setTyped] = useState<number | string>(90);
  const days = keyDays(typed);
  const make = useMutation({
    mutationFn: (expiresInDays: number) =>
      call('api-key.create', { body: { name: name.trim(), role, expiresInDays } }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['api-key.list'] });
      setName('');
      onMade(made.secret);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (days !== undefined) make.mutate(days);
  };
  return (
    <form className="card-body stack tight" onSubmit={submit}>
      {make.isError && <FailureLine error={make.error} />}
      <div className="row form-line wrap">
        <TextInput
          label={t('keys.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={128}
          required
          withAsterisk={false}
          style={{ flex: 1, minWidth: 160 }}
        />
        <Select
          label={t('users.role')}
          data={ROLE_CHOICES.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={role}
          onChange={(value) => setRole(ROLE_CHOICES.find((choice) => choice === value) ?? 'ci')}
        />
        <NumberInput
          label={t('keys.days')}
          value={typed}
          min={1}
          max={KEY_DAYS_MAX}
          allowDecimal={false}
          onChange={setTyped}
          w={120}
          size="sm"
        />
        <Button
          type="submit"
          size="sm"
          disabled={days === undefined}
          loading={make.isPending}
          leftSection={<IconKey size={16} aria-hidden="true" />}
        >
          {t('keys.add')}
        </Button>
      </div>
    </form>
  );
};

const KeyLine = ({ apiKey }: { apiKey: ApiKey }) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const { fullDate } = useFormat();
  const [asks, setAsks] = useState(false);
  const revoke = useMutation({
    mutationFn: () => call('api-key.revoke', { params: { id: apiKey.id } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['api-key.list'] });
      toast.done(t('keys.revoked', { name: apiKey.name }));
    },
    onError: toast.failed,
  });
  const hasEnded = apiKey.expiresAtMs < Date.now();
  return (
    <tr>
      <td>
        <strong translate="no">{apiKey.name}</strong> <code className="quiet">{apiKey.prefix}…</code>
      </td>
      <td data-label={t('users.role')}>{t(`role.${apiKey.role}`)}</td>
      <td className="nowrap" data-label={t('keys.ends')}>
        {apiKey.revoked ? (
          <Badge tone="quiet">{t('keys.state.revoked')}</Badge>
        ) : hasEnded ? (
          <Badge tone="quiet">{t('keys.state.ended')}</Badge>
        ) : (
          fullDate(apiKey.expiresAtMs)
        )}
      </td>
      <td data-label={t('keys.used')}>
        {apiKey.lastUsedAtMs === undefined ? (
          <span className="quiet">{t('users.never')}</span>
        ) : (
          <When at={apiKey.lastUsedAtMs} />
        )}
      </td>
      <td className="number">
        {!apiKey.revoked && !asks && (
          <Button variant="subtle" color="red" onClick={() => setAsks(true)}>
            {t('keys.revoke')}
          </Button>
        )}
        {asks && !apiKey.revoked && (
          <span className="row">
            <Button color="red" variant="light" loading={revoke.isPending} onClick={() => revoke.mutate()}>
              {t('keys.revoke.sure')}
            </Button>
            <Button variant="default" onClick={() => setAsks(false)}>
              {t('form.cancel')}
            </Button>
          </span>
        )}
      </td>
    </tr>
  );
};

/** API keys: made with a role and an end, shown once, revoked at any time. */
export const KeysSettings = () => {
  const t = useT();
  const keys = useList('api-key.list', { query: { limit: 500 } });
  const [secret, setSecret] = useState<string>();
  return (
    <div className="stack">
      {secret !== undefined && <OnceSecret title={t('keys.once')} value={secret} />}
      <section className="card" aria-labelledby="keys-title">
        <div className="card-head">
          <h2 id="keys-title">{t('settings.keys')}</h2>
        </div>
        <NewKey onMade={setSecret} />
        <Asked of={keys}>
          {() =>
            keys.items.length === 0 ? (
              <p className="card-body quiet">{t('keys.none')}</p>
            ) : (
              <table className="simple-table as-cards">
                <thead>
                  <tr>
                    <th>{t('keys.name')}</th>
                    <th>{t('users.role')}</th>
                    <th>{t('keys.ends')}</th>
                    <th>{t('keys.used')}</th>
                    <th>
                      <span className="visually-hidden">{t('table.acts')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {keys.items.map((apiKey) => (
                    <KeyLine key={apiKey.id} apiKey={apiKey} />
                  ))}
                </tbody>
              </table>
            )
          }
        </Asked>
        <MoreFoot list={keys} />
      </section>
    </div>
  );
};
