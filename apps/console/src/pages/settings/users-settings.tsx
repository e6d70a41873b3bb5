// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Role, User } from '@bartizan/contracts';
import { ActionIcon, Button, Menu, Select, TextInput } from '@mantine/core';
import { IconDots, IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useList } from '../../data/queries.ts';
import { useSession } from '../../data/session.ts';
import { useLanguage, useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { MoreFoot } from '../../widgets/more-foot.tsx';
import { Asked, FailureLine } from '../../widgets/states.tsx';
import { When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { OnceSecret } from './once-secret.tsx';
import { ROLE_CHOICES } from './role-choices.ts';

type Secret = { readonly name: string; readonly password: string };

const NewUser = ({ onMade }: { onMade: (secret: Secret) => void }) => {
  const t = useT();
  const language = useLanguage();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('security-reader');
  const make = useMutation({
    mutationFn: () => call('user.create', { body: { name: name.trim(), role, language } }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['user.list'] });
      setName('');
      onMade({ name: made.user.name, password: made.oneTimePassword });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form className="card-body stack tight" onSubmit={submit}>
      {make.isError && <FailureLine error={make.error} />}
      <div className="row form-line wrap">
        <TextInput
          label={t('users.name')}
          description={t('users.name.rule')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          pattern="[a-z][a-z0-9._\-]*"
          maxLength={64}
          required
          withAsterisk={false}
          autoCapitalize="none"
          spellCheck={false}
        />
        <Select
          label={t('users.role')}
          description={t(`role.${role}.note`)}
          data={ROLE_CHOICES.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={role}
          onChange={(value) => setRole(ROLE_CHOICES.find((choice) => choice === value) ?? 'security-reader')}
          style={{ minWidth: 240, flex: 1 }}
        />
        <Button
          type="submit"
          size="sm"
          loading={make.isPending}
          leftSection={<IconUserPlus size={16} aria-hidden="true" />}
        >
          {t('users.add')}
        </Button>
      </div>
    </form>
  );
};

/** Acts on one user; taking away is followed by the way back where there is one. */
const UserActs = ({ user, onSecret }: { user: User; onSecret: (secret: Secret) => void }) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const params = { id: user.id };
  const after = (message: string, undo?: () => void): void => {
    void client.invalidateQueries({ queryKey: ['user.list'] });
    toast.done(message, undo);
  };
  const setDisabled = useMutation({
    mutationFn: (disabled: boolean) => call('user.update', { params, body: { disabled } }),
    onSuccess: (_, disabled) =>
      after(t(disabled ? 'users.disabled' : 'users.enabled', { name: user.name }), () =>
        setDisabled.mutate(!disabled),
      ),
    onError: toast.failed,
  });
  const reset = useMutation({
    mutationFn: () => call('user.reset-password', { params }),
    onSuccess: (made) => onSecret({ name: user.name, password: made.oneTimePassword }),
    onError: toast.failed,
  });
  const setRole = useMutation({
    mutationFn: (role: Role) => call('user.update', { params, body: { role } }),
    onSuccess: () => after(t('users.role.changed', { name: user.name }), () => setRole.mutate(user.role)),
    onError: toast.failed,
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('users.acts', { name: user.name })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => reset.mutate()}>{t('users.reset')}</Menu.Item>
        <Menu.Item onClick={() => setDisabled.mutate(!user.disabled)}>
          {t(user.disabled ? 'users.enable' : 'users.disable')}
        </Menu.Item>
        <Menu.Label>{t('users.role')}</Menu.Label>
        {ROLE_CHOICES.filter((role) => role !== user.role).map((role) => (
          <Menu.Item key={role} onClick={() => setRole.mutate(role)}>
            {t(`role.${role}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

const UserLine = ({ user, onSecret }: { user: User; onSecret: (secret: Secret) => void }) => {
  const t = useT();
  const session = useSession();
  const isLocked = user.lockedUntilMs !== undefined && user.lockedUntilMs > Date.now();
  return (
    <tr>
      <td>
        <strong translate="no">{user.name}</strong>{' '}
        <span className="quiet" translate="no">
          {user.displayName}
        </span>
      </td>
      <td data-label={t('users.role')}>{t(`role.${user.role}`)}</td>
      <td data-label={t('field.state')}>
        <span className="row wrap">
          {user.disabled ? (
            <Badge tone="quiet">{t('users.state.disabled')}</Badge>
          ) : (
            <Badge tone="ok">{t('users.state.active')}</Badge>
          )}
          {user.mustChangePassword && <Badge tone="medium">{t('users.state.one-time')}</Badge>}
          {isLocked && <Badge tone="high">{t('users.state.locked')}</Badge>}
        </span>
      </td>
      <td data-label={t('users.last')}>
        {user.lastLoginAtMs === undefined ? (
          <span className="quiet">{t('users.never')}</span>
        ) : (
          <When at={user.lastLoginAtMs} />
        )}
      </td>
      <td className="number row-acts">
        {user.id !== session.user.id && <UserActs user={user} onSecret={onSecret} />}
      </td>
    </tr>
  );
};

/** Local users: add, change role, disable, new one-time password. */
export const UsersSettings = () => {
  const t = useT();
  const users = useList('user.list', { query: { limit: 500 } });
  const [secret, setSecret] = useState<Secret>();
  return (
    <div className="stack">
      {secret !== undefined && (
        <OnceSecret title={t('users.password.once', { name: secret.name })} value={secret.password} />
      )}
      <section className="card" aria-labelledby="users-title">
        <div className="card-head">
          <h2 id="users-title">{t('settings.users')}</h2>
        </div>
        <NewUser onMade={setSecret} />
        <Asked of={users}>
          {() => (
            <table className="simple-table as-cards">
              <thead>
                <tr>
                  <th>{t('users.name')}</th>
                  <th>{t('users.role')}</th>
                  <th>{t('field.state')}</th>
                  <th>{t('users.last')}</th>
                  <th>
                    <span className="visually-hidden">{t('table.acts')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {users.items.map((user) => (
                  <UserLine key={user.id} user={user} onSecret={setSecret} />
                ))}
              </tbody>
            </table>
          )}
        </Asked>
        <MoreFoot list={users} />
      </section>
    </div>
  );
};
