// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry } from '@bartizan/contracts';
import { PasswordInput } from '@mantine/core';
import { useT } from '../../i18n/language.ts';
import type { DraftProps } from './registry-draft.ts';

/** Whether the registry may tell us about pushes, and where it sends them. */
export const RegistryPushes = ({
  draft,
  change,
  registry,
}: DraftProps & { readonly registry: Registry | undefined }) => {
  const t = useT();
  return (
    <fieldset className="form-part">
      <legend>{t('registry.pushes')}</legend>
      <PasswordInput
        label={t('registry.push-secret')}
        description={t(
          registry?.hasPushSecret === true ? 'registry.push-secret.keep' : 'registry.push-secret.note',
        )}
        value={draft.pushSecret}
        minLength={16}
        maxLength={512}
        autoComplete="new-password"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': t('sign-in.show') }}
        onChange={(event) => change({ pushSecret: event.currentTarget.value })}
      />
      {registry === undefined ? (
        <span className="small quiet">{t('registry.push-address.later')}</span>
      ) : (
        <span className="stack tight small second">
          {t('registry.push-address')}
          <code className="anywhere" translate="no">
            {`${window.location.origin}/hooks/registries/${registry.id}`}
          </code>
        </span>
      )}
    </fieldset>
  );
};
