// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES } from '@bartizan/contracts';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { JudgeFlags } from '../../audit-log/judge.ts';
import type { CliContext } from '../../context.ts';
import { FORMATS, type Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import { outputFlag } from '../flags.ts';

const judgeCommand = (t: Translate) =>
  buildCommand<JudgeFlags, string[], CliContext>({
    docs: { brief: t('command.audit-log-judge') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: FORMATS, default: 'table', brief: t('flag.output') },
        failOn: { kind: 'enum', values: SEVERITIES, brief: t('flag.fail-on'), optional: true },
      },
      aliases: { o: 'output' },
      positional: {
        kind: 'array',
        minimum: 1,
        parameter: { brief: t('arg.audit-logs'), parse: String, placeholder: 'FILE' },
      },
    },
    async func(flags, ...files) {
      const { runJudge } = await import('../../audit-log/judge.ts');
      return runJudge(this, files, flags);
    },
  });

const statusCommand = (t: Translate) =>
  buildCommand<{ readonly output: Format }, [], CliContext>({
    docs: { brief: t('command.audit-log-status') },
    parameters: { flags: { output: outputFlag(t) }, aliases: { o: 'output' } },
    async func(flags) {
      const { runStatus } = await import('../../audit-log/webhook.ts');
      return runStatus(this, flags);
    },
  });

/** `audit-log`: what the audit log of a Kubernetes API server tells, without a server of ours or sent to one. */
export const auditLogRoutes = (t: Translate) => ({
  'audit-log': buildRouteMap({
    routes: { judge: judgeCommand(t), status: statusCommand(t) },
    docs: { brief: t('command.audit-log') },
  }),
});
