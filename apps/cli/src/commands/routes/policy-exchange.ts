// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import {
  EXPLAIN_FORMATS,
  type ExportFlags,
  IMPORT_FORMATS,
  type ImportFlags,
  type ImportSource,
  type PushFlags,
  type SimulateFlags,
  type SourcesFlags,
} from '../../policy/flags.ts';
import type { Translate } from '../../text/catalogue.ts';
import { anyFlag, one, switchFlag, textFlag } from '../flags.ts';

const importCommand = (t: Translate, source: ImportSource) =>
  buildCommand<ImportFlags, string[], CliContext>({
    docs: { brief: t(`command.policy-import-${source}`) },
    parameters: {
      flags: {
        output: { kind: 'enum', values: IMPORT_FORMATS, default: 'yaml', brief: t('flag.policy-output') },
      },
      aliases: { o: 'output' },
      positional: {
        kind: 'array',
        minimum: 1,
        parameter: { brief: t('arg.foreign-policies'), parse: String, placeholder: 'FILE' },
      },
    },
    async func(flags, ...names) {
      const { runImport } = await import('../../policy/import-policies.ts');
      return runImport(this, source, names, flags);
    },
  });

const exportCommand = (t: Translate) =>
  buildCommand<ExportFlags, [], CliContext>({
    docs: { brief: t('command.policy-export') },
    parameters: { flags: { dir: textFlag(t('flag.export-dir'), 'DIR') } },
    async func(flags) {
      const { runExport } = await import('../../policy/export-policies.ts');
      return runExport(this, flags);
    },
  });

const pushCommand = (t: Translate) =>
  buildCommand<PushFlags, [string], CliContext>({
    docs: { brief: t('command.policy-push') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: EXPLAIN_FORMATS, default: 'table', brief: t('flag.policy-output') },
        dryRun: switchFlag(t('flag.push-dry-run')),
        prune: anyFlag(t('flag.prune'), 'gone|KIND/ID'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.policy-folder'), 'DIR'),
    },
    async func(flags, folder) {
      const { runPush } = await import('../../policy/push-policies.ts');
      return runPush(this, folder, flags);
    },
  });

const simulateCommand = (t: Translate) =>
  buildCommand<SimulateFlags, [string], CliContext>({
    docs: { brief: t('command.policy-simulate') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: EXPLAIN_FORMATS, default: 'table', brief: t('flag.policy-output') },
        fromManifests: textFlag(t('flag.from-manifests'), 'DIR'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.policy-path'), 'DIR|FILE'),
    },
    async func(flags, path) {
      const { runSimulate } = await import('../../policy/simulate-policies.ts');
      return runSimulate(this, path, flags);
    },
  });

const sourcesCommand = (t: Translate) =>
  buildCommand<SourcesFlags, [], CliContext>({
    docs: { brief: t('command.policy-sources') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: EXPLAIN_FORMATS, default: 'table', brief: t('flag.policy-output') },
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runSources } = await import('../../policy/sources.ts');
      return runSources(this, flags);
    },
  });

/** `policy import|export|push|simulate`: rules that come from elsewhere, and rules of a server. */
export const policyExchangeRoutes = (t: Translate) => ({
  import: buildRouteMap({
    docs: { brief: t('command.policy-import') },
    routes: {
      neuvector: importCommand(t, 'neuvector'),
      kyverno: importCommand(t, 'kyverno'),
      gatekeeper: importCommand(t, 'gatekeeper'),
    },
  }),
  export: exportCommand(t),
  push: pushCommand(t),
  simulate: simulateCommand(t),
  sources: sourcesCommand(t),
});
