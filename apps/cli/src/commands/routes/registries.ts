// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { REGISTRY_KINDS } from '@bartizan/contracts';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { TextKey, Translate } from '../../text/catalogue.ts';
import { manyFlag, maybeOne, numberFlag, one, outputFlag, switchFlag, textFlag } from '../flags.ts';
import type { RegistryFlags } from '../registries.ts';
import { listCommand, showCommand } from './inventory.ts';

const settingFlags = (t: Translate) =>
  ({
    output: outputFlag(t),
    name: textFlag(t('flag.registry-name'), 'NAME'),
    kind: { kind: 'enum', values: REGISTRY_KINDS, brief: t('flag.registry-kind'), optional: true },
    host: textFlag(t('flag.registry-host'), 'HOST'),
    username: textFlag(t('flag.registry-username'), 'NAME'),
    secretFile: textFlag(t('flag.registry-secret'), 'FILE'),
    pushSecretFile: textFlag(t('flag.registry-push-secret'), 'FILE'),
    region: textFlag(t('flag.registry-region'), 'TEXT'),
    authUrl: textFlag(t('flag.registry-auth-url'), 'URL'),
    certificates: textFlag(t('flag.registry-certificates'), 'FILE'),
    plainHttp: switchFlag(t('flag.registry-plain-http')),
    include: manyFlag(t('flag.registry-include'), 'GLOB'),
    exclude: manyFlag(t('flag.registry-exclude'), 'GLOB'),
    newest: numberFlag(t('flag.registry-newest'), 'N'),
    platform: manyFlag(t('flag.registry-platform'), 'OS/ARCH'),
    every: numberFlag(t('flag.registry-every'), 'MINUTES'),
    concurrency: numberFlag(t('flag.registry-concurrency'), 'N'),
    signingKey: manyFlag(t('flag.registry-signing-key'), 'FILE'),
    signaturePolicy: textFlag(t('flag.registry-signature-policy'), 'FILE'),
  }) as const;

const addCommand = (t: Translate) =>
  buildCommand<RegistryFlags, [], CliContext>({
    docs: { brief: t('command.registry-add') },
    parameters: { flags: settingFlags(t), aliases: { o: 'output' } },
    async func(flags) {
      const { runRegistryAdd } = await import('../registries.ts');
      return runRegistryAdd(this, flags);
    },
  });

const updateCommand = (t: Translate) =>
  buildCommand<RegistryFlags, [string], CliContext>({
    docs: { brief: t('command.registry-update') },
    parameters: { flags: settingFlags(t), aliases: { o: 'output' }, positional: one(t('arg.id'), 'ID') },
    async func(flags, id) {
      const { runRegistryUpdate } = await import('../registries.ts');
      return runRegistryUpdate(this, id, flags);
    },
  });

const tryCommand = (t: Translate) =>
  buildCommand<RegistryFlags, [string | undefined], CliContext>({
    docs: { brief: t('command.registry-try') },
    parameters: { flags: settingFlags(t), aliases: { o: 'output' }, positional: maybeOne(t('arg.id'), 'ID') },
    async func(flags, id) {
      const { runRegistryTry } = await import('../registries.ts');
      return runRegistryTry(this, id, flags);
    },
  });

const scanCommand = (t: Translate) =>
  buildCommand<{ output: Format; wait: boolean }, [string], CliContext>({
    docs: { brief: t('command.registry-scan') },
    parameters: {
      flags: { output: outputFlag(t), wait: switchFlag(t('flag.registry-wait')) },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func(flags, id) {
      const { runRegistryScan } = await import('../registries.ts');
      return runRegistryScan(this, id, flags);
    },
  });

const byId = (t: Translate, brief: TextKey, which: 'remove' | 'cancel') =>
  buildCommand<{ output: Format }, [string], CliContext>({
    docs: { brief: t(brief) },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func(flags, id) {
      const { runRegistryCancel, runRegistryRemove } = await import('../registries.ts');
      return which === 'remove' ? runRegistryRemove(this, id) : runRegistryCancel(this, id, flags);
    },
  });

/** Commands about registries. */
export const registryRoutes = (t: Translate) => ({
  registry: buildRouteMap({
    docs: { brief: t('command.registry') },
    routes: {
      list: listCommand(t, 'registry.list'),
      show: showCommand(t, 'registry.show'),
      add: addCommand(t),
      update: updateCommand(t),
      remove: byId(t, 'command.registry-remove', 'remove'),
      try: tryCommand(t),
      scan: scanCommand(t),
      cancel: byId(t, 'command.registry-cancel', 'cancel'),
    },
  }),
});
