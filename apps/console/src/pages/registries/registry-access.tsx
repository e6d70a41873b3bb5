// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Checkbox, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useT } from '../../i18n/language.ts';
import { type DraftProps, formOf, partsOf } from './registry-draft.ts';

/** A key of several lines is pasted; anything else is one line that nobody looks at over a shoulder. */
const Secret = ({ draft, change, hasSecret }: DraftProps & { readonly hasSecret: boolean }) => {
  const t = useT();
  const { secret, needs } = formOf(draft.kind);
  const common = {
    label: t(`registry.secret.${secret}`),
    description: t(hasSecret ? 'registry.secret.keep' : 'registry.secret.note'),
    value: draft.secret,
    maxLength: 65_536,
    required: needs.includes('secret') && !hasSecret,
    withAsterisk: false,
    autoComplete: 'off',
    spellCheck: false,
  };
  if (secret === 'json-key') {
    return (
      <Textarea
        {...common}
        className="mono-input hidden-text"
        rows={3}
        onChange={(event) => change({ secret: event.currentTarget.value })}
      />
    );
  }
  return (
    <PasswordInput
      {...common}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t('sign-in.show') }}
      onChange={(event) => change({ secret: event.currentTarget.value })}
    />
  );
};

/** What only registries have that somebody runs for himself. */
const OwnRegistry = ({ draft, change }: DraftProps) => {
  const t = useT();
  const parts = partsOf(draft.kind);
  return (
    <>
      {parts.has('authUrl') && (
        <TextInput
          type="url"
          label={t(`registry.auth-url.${formOf(draft.kind).authUrl ?? 'artifactory'}`)}
          description={t('registry.auth-url.note')}
          value={draft.authUrl}
          maxLength={2048}
          spellCheck={false}
          onChange={(event) => change({ authUrl: event.currentTarget.value })}
        />
      )}
      {parts.has('certificates') && (
        <Textarea
          label={t('registry.certificates')}
          description={t('registry.certificates.note')}
          placeholder="-----BEGIN CERTIFICATE-----"
          value={draft.certificates}
          autosize
          minRows={1}
          maxRows={6}
          maxLength={65_536}
          spellCheck={false}
          className="mono-input"
          onChange={(event) => change({ certificates: event.currentTarget.value })}
        />
      )}
      {parts.has('plainHttp') && (
        <Checkbox
          label={t('registry.plain.label')}
          description={t('registry.plain.note')}
          checked={draft.plainHttp}
          onChange={(event) => change({ plainHttp: event.currentTarget.checked })}
        />
      )}
    </>
  );
};

/** Where the registry is and how to get in: the fields that this kind has, and no others. */
export const RegistryAccess = ({
  draft,
  change,
  hasSecret,
}: DraftProps & { readonly hasSecret: boolean }) => {
  const t = useT();
  const form = formOf(draft.kind);
  const needsUser = form.needs.includes('username');
  const parts = partsOf(draft.kind);
  return (
    <>
      <TextInput
        label={t('registry.host')}
        description={t('registry.host.note')}
        placeholder={form.host}
        value={draft.host}
        maxLength={255}
        required
        withAsterisk={false}
        spellCheck={false}
        autoCapitalize="none"
        onChange={(event) => change({ host: event.currentTarget.value.normalize('NFKC') })}
      />
      {parts.has('region') && (
        <TextInput
          label={t(`registry.region.${form.region ?? 'region'}`)}
          description={t(`registry.region.${form.region ?? 'region'}.note`)}
          value={draft.region}
          maxLength={128}
          spellCheck={false}
          onChange={(event) => change({ region: event.currentTarget.value.normalize('NFKC') })}
        />
      )}
      <div className={parts.has('username') && form.secret !== 'json-key' ? 'form-pair' : 'stack tight'}>
        {parts.has('username') && (
          <TextInput
            label={t(`registry.user.${form.user ?? 'user'}`)}
            description={t(
              needsUser
                ? 'registry.user.needed'
                : draft.kind === 'ecr'
                  ? 'registry.user.role'
                  : 'registry.user.note',
            )}
            required={needsUser}
            withAsterisk={false}
            value={draft.username}
            maxLength={512}
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => change({ username: event.currentTarget.value })}
          />
        )}
        <Secret draft={draft} change={change} hasSecret={hasSecret} />
      </div>
      <OwnRegistry draft={draft} change={change} />
    </>
  );
};
