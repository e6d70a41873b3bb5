// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { REPORT_FORMATS } from '@bartizan/contracts';
import { buildCommand } from '@stricli/core';
import type { ReportFlags } from '../../compliance/report.ts';
import type { CliContext } from '../../context.ts';
import type { Translate } from '../../text/catalogue.ts';
import { textFlag } from '../flags.ts';

/** `compliance report`: one framework, or the audit pack, in a form to hand out. */
export const reportCommand = (t: Translate) =>
  buildCommand<ReportFlags, [], CliContext>({
    docs: { brief: t('command.compliance-report') },
    parameters: {
      flags: {
        framework: { ...textFlag(t('flag.report-framework'), 'ID'), optional: false },
        format: { kind: 'enum', values: REPORT_FORMATS, default: 'pdf', brief: t('flag.report-format') },
        run: textFlag(t('flag.report-run'), 'ID'),
        bundle: textFlag(t('flag.report-bundle'), 'FILE'),
        compare: textFlag(t('flag.report-compare'), 'RUN'),
        out: textFlag(t('flag.report-out'), 'FILE'),
      },
      aliases: { f: 'framework' },
    },
    async func(flags) {
      const { runReport } = await import('../../compliance/report.ts');
      return runReport(this, flags);
    },
  });
