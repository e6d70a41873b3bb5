// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { err, failure, ok, type Package, type Result } from '@bartizan/contracts';
import { BOM_FORMATS, type BomFormat, type Origin, writeBom } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, usage } from '../context.ts';
import { type StoodItem, standingText } from '../gate/standing.ts';
import { safeJson, toJson } from '../output/json.ts';
import { type Column, renderList, renderValue } from '../output/render.ts';
import type { Terminal } from '../output/terminal.ts';
import { toGithub } from '../report/github.ts';
import { toGitlabContainer, toGitlabQuality } from '../report/gitlab.ts';
import { toJunit } from '../report/junit.ts';
import { type RunReport, targetTitle } from '../report/run-report.ts';
import { toSarif } from '../report/sarif.ts';
import { hasOthers, otherWhole, showOthers } from './other-findings.ts';
import { SCAN_FORMATS, type ScanFormat } from './scan-flags.ts';
import type { TargetOutcome } from './scan-outcome.ts';
import { toBom } from './scan-target.ts';

/** Everything one call found. */
export interface RunOutcome {
  readonly report: RunReport;
  readonly outcomes: readonly TargetOutcome[];
  /** Whether several targets were asked for, even if one came: programs want one form. */
  readonly isList: boolean;
}

/** Whether a form is a bill of materials. */
export const isBomFormat = (format: ScanFormat): format is BomFormat =>
  (BOM_FORMATS as readonly string[]).includes(format);

/** A finding for the table: its item, and the target it is of. */
interface Row {
  readonly item: StoodItem;
  readonly target: string;
  /** Of an image whose base is known: which part of it brought the package. */
  readonly origin?: Origin;
}

function columnsOf({ t }: CliContext, rows: readonly Row[], isList: boolean): Column<Row>[] {
  const standing: Column<Row> = {
    field: 'standing',
    heading: t('column.standing'),
    value: ({ item }) => standingText(item.standing),
  };
  const origin: Column<Row> = {
    field: 'origin',
    heading: t('column.origin'),
    value: (row) => t(`origin.${row.origin ?? 'unknown'}`),
  };
  const hasStanding = rows.some(({ item }) => standingText(item.standing) !== '');
  return [
    ...(isList ? [{ field: 'target', heading: t('column.target'), value: ({ target }: Row) => target }] : []),
    { field: 'severity', heading: t('column.severity'), value: ({ item }) => item.severity },
    { field: 'advisory', heading: t('column.advisory'), value: ({ item }) => item.id },
    {
      field: 'package',
      heading: t('column.package'),
      value: ({ item }) => (item.package === undefined ? '' : `${item.package.name} ${item.package.version}`),
    },
    { field: 'fix', heading: t('column.fix'), value: ({ item }) => item.fix },
    ...(rows.some((row) => row.origin !== undefined) ? [origin] : []),
    ...(hasStanding ? [standing] : []),
    { field: 'title', heading: t('column.title'), value: ({ item }) => item.title },
  ];
}

/** Items of the vulnerabilities of a target; those of its other findings come after them. */
const vulnerabilityItems = ({ report, target }: TargetOutcome): readonly StoodItem[] =>
  target.items.slice(0, report?.findings.length ?? 0);

/** Which part of an image brought the package of a finding, where its base is known. */
function originOf({ report }: TargetOutcome, at: number): Pick<Row, 'origin'> {
  const { originOfLayer, base, findings } = report ?? {};
  if (originOfLayer === undefined || base?.base?.layers === undefined) return {};
  return { origin: originOfLayer(findings?.[at]?.package.layer) };
}

const signaturePolicyOf = (policy: TargetOutcome['policy']): object =>
  policy === undefined ? {} : { signaturePolicy: policy };

/** What json and yaml show of one target. */
function wholeOf(outcome: TargetOutcome): object {
  const { report, scanned, others, target, policy } = outcome;
  const items = vulnerabilityItems(outcome);
  return {
    ...(report === undefined
      ? { packages: scanned?.packages ?? [] }
      : {
          ...report,
          verdicts: undefined,
          unjudged: undefined,
          originOfLayer: undefined,
          findings: report.findings.map((finding, at) => ({
            ...finding,
            standing: items[at]?.standing,
            fingerprint: items[at]?.fingerprint,
          })),
        }),
    ...signaturePolicyOf(policy),
    ...(scanned?.drift === undefined ? {} : { drift: scanned.drift }),
    ...otherWhole(others, target.items.slice(items.length)),
  };
}

function wholeRun({ report, outcomes, isList }: RunOutcome): unknown {
  const [only] = outcomes;
  if (!isList && only !== undefined)
    return only.scanned === undefined && hasOthers(only.others)
      ? { ...signaturePolicyOf(only.policy), ...otherWhole(only.others, only.target.items) }
      : wholeOf(only);
  return {
    targets: outcomes.map((outcome) => ({
      name: outcome.target.name,
      digest: outcome.target.digest,
      platform: outcome.target.platform,
      ...wholeOf(outcome),
    })),
    failures: report.failures,
  };
}

/** Lists packages where nothing could be judged. */
const showPackages = (
  context: CliContext,
  terminal: Terminal,
  format: 'table' | 'csv',
  packages: readonly Package[],
): void =>
  renderList<Package>(terminal, format, {
    items: packages,
    columns: [
      { field: 'package', heading: context.t('column.package'), value: (item) => item.name },
      { field: 'version', heading: context.t('column.revision'), value: (item) => item.version },
      { field: 'ecosystem', heading: context.t('column.kind'), value: (item) => item.ecosystem },
    ],
  });

function showTables(context: CliContext, terminal: Terminal, format: 'table' | 'csv', run: RunOutcome): void {
  const scanned = run.outcomes.filter((one) => one.scanned !== undefined);
  if (scanned.length > 0 && scanned.every((one) => one.report === undefined))
    showPackages(
      context,
      terminal,
      format,
      scanned.flatMap((one) => one.scanned?.packages ?? []),
    );
  else if (scanned.length > 0 || run.isList) {
    const rows = run.outcomes.flatMap((outcome) =>
      vulnerabilityItems(outcome).map((item, at) => ({
        item,
        target: targetTitle(outcome.target),
        ...originOf(outcome, at),
      })),
    );
    renderList(terminal, format, { items: rows, columns: columnsOf(context, rows, run.isList) });
  }
  for (const outcome of run.outcomes) {
    const items = outcome.target.items.slice(vulnerabilityItems(outcome).length);
    showOthers({ context, terminal, format }, outcome.others, items);
  }
}

const json = (value: unknown): string => `${toJson(value, 2)}\n`;

/** The bill of materials of the one target of a call. */
function billOf({ report, outcomes, isList }: RunOutcome, format: BomFormat): Result<string, ApiFailure> {
  const [only] = outcomes;
  if (only?.scanned === undefined || outcomes.length > 1 || isList)
    return usage(`${format}: a bill of materials is of one target`);
  return ok(safeJson(writeBom(toBom(only.scanned, report.toolVersion), format)));
}

/** Where a text goes, as far as its lines depend on it: a file has no width. */
type Place = Pick<Terminal['stdout'], 'columns' | 'isTTY'>;

/** A run in the form asked for. */
function textOf(
  context: CliContext,
  run: RunOutcome,
  { format, place }: { readonly format: ScanFormat; readonly place: Place },
): Result<string, ApiFailure> {
  if (isBomFormat(format)) return billOf(run, format);
  let text = '';
  const { env, stderr } = context.process;
  const write = (part: string): void => {
    text += part;
  };
  const terminal: Terminal = { env, stderr, stdout: { ...place, write } };
  switch (format) {
    case 'table':
    case 'csv':
      showTables(context, terminal, format, run);
      return ok(text);
    case 'json':
    case 'yaml':
      renderValue(terminal, format, wholeRun(run));
      return ok(text);
    case 'sarif':
      return ok(json(toSarif(run.report)));
    case 'junit':
      return ok(toJunit(run.report));
    case 'gitlab':
      return ok(json(toGitlabContainer(run.report)));
    case 'gitlab-quality':
      return ok(json(toGitlabQuality(run.report)));
    case 'github':
      return ok(toGithub(run.report));
  }
}

/** A report to write beside what is shown. */
export interface ReportFile {
  readonly format: ScanFormat;
  readonly path: string;
}

/** Reads `FORM=FILE`. */
export function parseReports(texts: readonly string[]): Result<readonly ReportFile[], ApiFailure> {
  const files: ReportFile[] = [];
  for (const text of texts) {
    const equals = text.indexOf('=');
    const format = SCAN_FORMATS.find((one) => one === text.slice(0, equals));
    const path = text.slice(equals + 1);
    if (format === undefined || path === '')
      return usage(`--report FORM=FILE, FORM: ${SCAN_FORMATS.join(', ')}`);
    files.push({ format, path });
  }
  return ok(files);
}

/** Writes every report of a call, and shows the one on stdout last. */
export function writeReports(
  context: CliContext,
  run: RunOutcome,
  { output, files }: { readonly output: ScanFormat; readonly files: readonly ReportFile[] },
): Result<void, ApiFailure> {
  for (const { format, path } of files) {
    const text = textOf(context, run, { format, place: {} });
    if (!text.ok) return text;
    try {
      writeFileSync(path, text.value);
    } catch (error) {
      return err(failure('E_REPORT_FILE', path, error));
    }
  }
  const { columns, isTTY } = context.process.stdout;
  const place: Place = {
    ...(columns === undefined ? {} : { columns }),
    ...(isTTY === undefined ? {} : { isTTY }),
  };
  const text = textOf(context, run, { format: output, place });
  if (!text.ok) return text;
  context.process.stdout.write(text.value);
  return ok(undefined);
}
