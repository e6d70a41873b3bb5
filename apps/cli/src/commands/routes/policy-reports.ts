// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { ReportsFlags } from '../../policy/flags.ts';
import type { Translate } from '../../text/catalogue.ts';
import { outputFlag } from '../flags.ts';

const command = (t: Translate, change: 'on' | 'off' | undefined) =>
  buildCommand<ReportsFlags, [], CliContext>({
    docs: { brief: t(`command.policy-reports-${change ?? 'status'}`) },
    parameters: { flags: { output: outputFlag(t) }, aliases: { o: 'output' } },
    async func(flags) {
      const { runReports } = await import('../../policy/reports.ts');
      return runReports(this, flags, change === undefined ? undefined : change === 'on');
    },
  });

/** `policy coverage`: what rules cover of custom kinds. */
export const policyCoverageCommand = (t: Translate) =>
  buildCommand<ReportsFlags, [], CliContext>({
    docs: { brief: t('command.policy-coverage') },
    parameters: { flags: { output: outputFlag(t) }, aliases: { o: 'output' } },
    async func(flags) {
      const { runCoverage } = await import('../../policy/coverage.ts');
      return runCoverage(this, flags);
    },
  });

/** `policy reports`: the audit of what exists as objects of the cluster. */
export const policyReportsRoutes = (t: Translate) =>
  buildRouteMap({
    routes: { status: command(t, undefined), on: command(t, 'on'), off: command(t, 'off') },
    docs: { brief: t('command.policy-reports') },
  });
