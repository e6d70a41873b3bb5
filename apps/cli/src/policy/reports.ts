// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionReports, ok } from '@bartizan/contracts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { ReportsFlags } from './flags.ts';

function show(context: CliContext, format: ReportsFlags['output'], reports: AdmissionReports): void {
  const { t, process } = context;
  renderList<AdmissionReports>(process, format, {
    items: [reports],
    whole: reports,
    columns: [
      {
        field: 'state',
        heading: t('column.state'),
        value: ({ state }) => (format === 'table' ? t(`reports.state.${state}`) : state),
      },
      { field: 'api', heading: t('column.report-api'), value: ({ api }) => api ?? '-' },
      { field: 'reports', heading: t('column.reports'), value: (one) => String(one.reports) },
      { field: 'results', heading: t('column.results'), value: ({ results }) => String(results) },
      { field: 'leftOut', heading: t('column.left-out'), value: ({ leftOut }) => String(leftOut) },
    ],
  });
  if (format === 'table' && reports.code !== undefined)
    process.stderr.write(`${plain(`${reports.code}: ${reports.detail ?? ''}`)}\n`);
}

/** `policy reports status|on|off`: the audit of what exists as policy reports in the cluster. */
export function runReports(context: CliContext, flags: ReportsFlags, on?: boolean): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const reports =
      on === undefined
        ? await client.value.call('admission.reports')
        : await client.value.call('admission.reports.put', { body: { on } });
    if (!reports.ok) return reports;
    show(context, flags.output, reports.value);
    const { state } = reports.value;
    // Who asked for reports shall not believe that there are some.
    const isBad = state === 'failed' || state === 'not-permitted' || (on === true && state === 'not-served');
    return ok(isBad ? EXIT.failed : EXIT.fine);
  });
}
