// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES } from '@bartizan/contracts';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { JudgeFlags } from '../../audit-log/judge.ts';
import type { CliContext } from '../../context.ts';
import { FORMATS } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';

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

/** `audit-log`: what the audit log of a Kubernetes API server tells, without a server of ours. */
export const auditLogRoutes = (t: Translate) => ({
  'audit-log': buildRouteMap({
    routes: { judge: judgeCommand(t) },
    docs: { brief: t('command.audit-log') },
  }),
});
