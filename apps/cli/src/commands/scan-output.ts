// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import type { BomFormat } from '@bartizan/scan';
import type { CliContext } from '../context.ts';
import { type Column, renderList, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { Judged, JudgedReport } from './judged.ts';
import { type OtherFindings, otherList, otherWhole } from './other-findings.ts';
import { toSarif } from './sarif.ts';
import type { SCAN_FORMATS, ScanFlags } from './scan-flags.ts';
import type { Scanned } from './scan-target.ts';

/** Forms in which findings can be shown; the others are bills of materials. */
type FindingFormat = Exclude<(typeof SCAN_FORMATS)[number], BomFormat>;
const FINDING_FORMATS: readonly string[] = [
  'table',
  'json',
  'yaml',
  'csv',
  'sarif',
] satisfies readonly FindingFormat[];

/** Whether a form is a bill of materials. */
export const isBomFormat = (format: ScanFlags['output']): format is BomFormat =>
  !FINDING_FORMATS.includes(format);
/** The form for findings; where a bill of materials was asked for, JSON. */
export const findingFormat = (flags: ScanFlags): FindingFormat =>
  isBomFormat(flags.output) ? 'json' : flags.output;

/** Shows findings in the form asked for. */
export function showFindings(
  context: CliContext,
  flags: ScanFlags,
  report: JudgedReport,
  others: OtherFindings,
): void {
  const { t } = context;
  const format = findingFormat(flags);
  if (format === 'sarif') {
    context.process.stdout.write(`${JSON.stringify(toSarif(report.findings, otherList(others)), null, 2)}\n`);
    return;
  }
  const statement: Column<Judged> = {
    field: 'vex',
    heading: t('column.statement'),
    value: (item) => (item.vex === undefined ? '' : item.vex.status),
  };
  const { originOfLayer } = report;
  const origin: Column<Judged> = {
    field: 'origin',
    heading: t('column.origin'),
    value: (item) => t(`origin.${originOfLayer?.(item.package.layer) ?? 'unknown'}`),
  };
  renderList<Judged>(context.process, format, {
    items: report.findings,
    whole: {
      ...report,
      originOfLayer: undefined,
      verdicts: undefined,
      ...otherWhole(others),
    },
    columns: [
      { field: 'severity', heading: t('column.severity'), value: (item) => item.vulnerability.severity },
      { field: 'advisory', heading: t('column.advisory'), value: (item) => item.vulnerability.id },
      {
        field: 'package',
        heading: t('column.package'),
        value: (item) => `${item.package.name} ${item.package.version}`,
      },
      { field: 'fix', heading: t('column.fix'), value: (item) => item.fixedVersion ?? item.fixState },
      ...(report.base?.base?.layers === undefined ? [] : [origin]),
      ...(report.findings.some((item) => item.vex !== undefined) ? [statement] : []),
      { field: 'title', heading: t('column.title'), value: (item) => item.vulnerability.summary ?? '' },
    ],
  });
}

/** Shows packages where nothing could be judged. */
export function showPackages(
  context: CliContext,
  flags: ScanFlags,
  packages: readonly Package[],
  others: OtherFindings,
): void {
  const format = findingFormat(flags);
  if (format === 'sarif') {
    renderValue(context.process, 'json', toSarif([], otherList(others)));
    return;
  }
  renderList<Package>(context.process, format, {
    items: packages,
    ...(Object.keys(others).length === 0 ? {} : { whole: { packages, ...otherWhole(others) } }),
    columns: [
      { field: 'package', heading: context.t('column.package'), value: (item) => item.name },
      { field: 'version', heading: context.t('column.revision'), value: (item) => item.version },
      { field: 'ecosystem', heading: context.t('column.kind'), value: (item) => item.ecosystem },
    ],
  });
}

/** Says on stderr what was left out: never silent, whatever the form. */
export function showIncomplete(context: CliContext, scanned: Scanned): void {
  const { t, process } = context;
  for (const problem of scanned.incomplete.slice(0, 10))
    process.stderr.write(
      `${plain(t('scan.incomplete', { reason: `${problem.code} ${problem.path}: ${problem.detail}` }))}\n`,
    );
  const rest = scanned.incomplete.length - 10;
  if (rest > 0) process.stderr.write(`${t('scan.incomplete-more', { count: rest })}\n`);
}

/** Says on stderr how many there are, and what could not be judged. */
export function showSummary(context: CliContext, report: JudgedReport): void {
  const { t, process } = context;
  const write = (text: string): unknown => process.stderr.write(`${plain(text)}\n`);
  write(
    t('scan.summary', {
      packages: report.packages.length,
      findings: report.findings.length,
      distribution: report.distribution.prettyName,
    }),
  );
  for (const entry of report.coverage) {
    if (entry.state === 'covered') continue;
    write(
      t('scan.not-covered', {
        ecosystem: entry.ecosystem,
        packages: entry.packages,
        reason: entry.reason ?? entry.state,
      }),
    );
  }
}
