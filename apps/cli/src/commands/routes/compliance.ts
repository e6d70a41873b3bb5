// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES } from '@bartizan/contracts';
import { BENCHMARK_STATUSES } from '@bartizan/contracts/compliance';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CollectFlags } from '../../compliance/collect.ts';
import type { RunFlags } from '../../compliance/run.ts';
import type { CliContext } from '../../context.ts';
import type { Translate } from '../../text/catalogue.ts';
import { anyFlag, outputFlag, textFlag } from '../flags.ts';
import { reportCommand } from './compliance-report.ts';

const placeFlags = (t: Translate) =>
  ({
    root: {
      kind: 'parsed',
      parse: String,
      default: '/',
      brief: t('flag.compliance-root'),
      placeholder: 'FOLDER',
    },
    proc: {
      kind: 'parsed',
      parse: String,
      default: '/proc',
      brief: t('flag.compliance-proc'),
      placeholder: 'FOLDER',
    },
  }) as const;

const collect = (t: Translate) =>
  buildCommand<CollectFlags, [], CliContext>({
    docs: { brief: t('command.compliance-collect') },
    parameters: {
      flags: { ...placeFlags(t), file: textFlag(t('flag.compliance-file'), 'FILE') },
      aliases: { f: 'file' },
    },
    async func(flags) {
      const { runCollect } = await import('../../compliance/collect.ts');
      return runCollect(this, flags);
    },
  });

const run = (t: Translate) =>
  buildCommand<RunFlags, [], CliContext>({
    docs: { brief: t('command.compliance-run') },
    parameters: {
      flags: {
        ...placeFlags(t),
        output: outputFlag(t),
        bundle: textFlag(t('flag.compliance-bundle'), 'FILE'),
        from: anyFlag(t('flag.compliance-from'), 'PATH'),
        benchmark: textFlag(t('flag.compliance-benchmark'), 'ID'),
        status: {
          kind: 'enum',
          values: BENCHMARK_STATUSES,
          brief: t('flag.compliance-status'),
          optional: true,
        },
        fixes: { kind: 'boolean', default: false, brief: t('flag.compliance-fixes') },
        failOn: { kind: 'enum', values: SEVERITIES, brief: t('flag.fail-on'), optional: true },
      },
      aliases: { o: 'output', b: 'bundle' },
    },
    async func(flags) {
      const { runCompliance } = await import('../../compliance/run.ts');
      return runCompliance(this, flags);
    },
  });

/** `compliance`: benchmarks, on this node or from a bundle, without a server. */
export const complianceCommands = (t: Translate) => ({
  compliance: buildRouteMap({
    routes: { collect: collect(t), run: run(t), report: reportCommand(t) },
    docs: { brief: t('command.compliance') },
  }),
});
