// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { WebhookFlags } from '../../audit-log/webhook.ts';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import type { InstallFlags, TargetFlags, UninstallFlags } from '../cluster-flags.ts';
import { numberFlag, numbersFlag, outputFlag, switchFlag, textFlag } from '../flags.ts';

const targetFlags = (t: Translate) =>
  ({
    kubeconfig: textFlag(t('flag.kubeconfig'), 'FILE'),
    context: textFlag(t('flag.kube-context'), 'NAME'),
  }) as const;

const installCommand = (t: Translate) =>
  buildCommand<InstallFlags, [], CliContext>({
    docs: { brief: t('command.cluster-install') },
    parameters: {
      flags: {
        ...targetFlags(t),
        images: textFlag(t('flag.cluster-images'), 'DIR'),
        registry: textFlag(t('flag.cluster-registry'), 'REGISTRY'),
        storage: {
          kind: 'enum',
          values: ['persistent', 'ephemeral'],
          brief: t('flag.cluster-storage'),
          optional: true,
        },
        nodePort: switchFlag(t('flag.cluster-node-port')),
        egressPort: numbersFlag(t('flag.cluster-egress-port'), 'PORT'),
        passwordFile: textFlag(t('flag.cluster-password-file'), 'FILE'),
        wait: numberFlag(t('flag.cluster-wait'), 'SECONDS'),
        dryRun: switchFlag(t('flag.cluster-dry-run')),
        yes: switchFlag(t('flag.yes')),
      },
    },
    async func(flags) {
      const { runClusterInstall } = await import('../cluster.ts');
      return runClusterInstall(this, flags);
    },
  });

const auditWebhookCommand = (t: Translate) =>
  buildCommand<WebhookFlags, [], CliContext>({
    docs: { brief: t('command.cluster-audit-webhook') },
    parameters: {
      flags: {
        server: textFlag(t('flag.audit-server'), 'URL'),
        name: textFlag(t('flag.audit-name'), 'NAME'),
        dir: textFlag(t('flag.audit-dir'), 'DIR'),
        days: numberFlag(t('flag.audit-days'), 'DAYS'),
        othersEndIn: numberFlag(t('flag.audit-others-end-in'), 'HOURS'),
      },
    },
    async func(flags) {
      const { runAuditWebhook } = await import('../../audit-log/webhook.ts');
      return runAuditWebhook(this, flags);
    },
  });

/** Commands about a Kubernetes cluster. */
export const clusterRoutes = (t: Translate) => ({
  cluster: buildRouteMap({
    docs: { brief: t('command.cluster') },
    routes: {
      install: installCommand(t),
      'audit-webhook': auditWebhookCommand(t),
      uninstall: buildCommand<UninstallFlags, [], CliContext>({
        docs: { brief: t('command.cluster-uninstall') },
        parameters: {
          flags: { ...targetFlags(t), purge: switchFlag(t('flag.purge')), yes: switchFlag(t('flag.yes')) },
        },
        async func(flags) {
          const { runClusterUninstall } = await import('../cluster.ts');
          return runClusterUninstall(this, flags);
        },
      }),
      status: buildCommand<TargetFlags & { readonly output: Format }, [], CliContext>({
        docs: { brief: t('command.cluster-status') },
        parameters: { flags: { ...targetFlags(t), output: outputFlag(t) }, aliases: { o: 'output' } },
        async func(flags) {
          const { runClusterStatus } = await import('../cluster.ts');
          return runClusterStatus(this, flags);
        },
      }),
    },
  }),
});
