// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import type { Result, Severity } from '@bartizan/contracts';
import { ok, severityRank } from '@bartizan/contracts/admission';
import type { AdmissionRuleSet } from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';
import type { ApplyFlags } from './flags.ts';
import { judgeFiles, type PlacedViolation, type PolicyFinding, type PolicyRun } from './judge-manifests.ts';
import { type JunitCase, toCasesXml } from './junit-cases.ts';
import { manifestFiles } from './manifests.ts';
import { toOpenReports } from './open-reports.ts';
import { ruleSetOf } from './rule-sources.ts';
import { objectTitle, type PolicyReport, PolicySarif, type ReportBasis } from './sarif.ts';

const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

const WRITE_CHARS = 256 * 1024;

/** Writes pieces of text in few calls. */
class PieceWriter {
  readonly #context: CliContext;
  #waiting = '';

  constructor(context: CliContext) {
    this.#context = context;
  }

  write(piece: string): void {
    this.#waiting += piece;
    if (this.#waiting.length >= WRITE_CHARS) this.flush();
  }

  flush(): void {
    this.#context.process.stdout.write(this.#waiting);
    this.#waiting = '';
  }
}

/** Judges and writes the log at once: no violation outlives the object it is about. */
async function judgeToSarif(
  context: CliContext,
  basis: ReportBasis,
  judge: (take: (placed: PlacedViolation) => void) => Promise<PolicyRun>,
): Promise<PolicyRun> {
  const sarif = new PolicySarif(basis);
  const out = new PieceWriter(context);
  out.write(sarif.head());
  const run = await judge((placed) => out.write(sarif.result(placed)));
  out.write(sarif.tail(run, Date.now()));
  out.flush();
  return run;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function showTable(context: CliContext, format: 'table' | 'csv', run: PolicyRun): void {
  const { t, language } = context;
  renderList<PolicyFinding>(context.process, format, {
    items: run.findings,
    columns: [
      {
        field: 'severity',
        heading: t('column.severity'),
        value: ({ severity }) => t(`severity.${severity}`),
      },
      { field: 'place', heading: t('column.place'), value: ({ file, line }) => `${file}:${line}` },
      { field: 'object', heading: t('column.object'), value: objectTitle },
      { field: 'rule', heading: t('column.rule'), value: ({ rule }) => rule },
      { field: 'field', heading: t('column.field'), value: ({ path }) => path },
      {
        field: 'value',
        heading: t('column.value'),
        value: ({ actual }) => (actual === undefined ? '-' : shown(actual)),
      },
      { field: 'allowed', heading: t('column.allowed'), value: ({ allowed }) => allowed ?? '-' },
      { field: 'message', heading: t('column.message'), value: ({ message }) => message[language] },
      {
        field: 'patch',
        heading: t('column.patch'),
        value: ({ patch }) => (patch.length === 0 ? '-' : JSON.stringify(patch)),
      },
    ],
  });
}

/** What json and yaml show. */
const wholeOf = ({ run, set, language }: PolicyReport): object => {
  const fixes = new Map(set.rules.map(({ rule }) => [rule.id, rule.fix?.action[language]]));
  return {
    revision: set.revision,
    rules: set.rules.length,
    files: run.files,
    documents: run.documents,
    objects: run.objects,
    bySeverity: Object.fromEntries(run.bySeverity),
    unknown: Object.fromEntries(run.unknown),
    excepted: run.excepted,
    notListed: run.more,
    problems: run.problems,
    findings: run.findings.map((finding) => ({
      ...finding,
      title: finding.title[language],
      message: finding.message[language],
      fix: fixes.get(finding.rule),
    })),
  };
};

function junitOf({ run, language }: PolicyReport): string {
  const cases: JunitCase[] = [
    ...run.findings.map((finding) => ({
      suite: finding.file,
      name: `${finding.rule} ${objectTitle(finding)} ${finding.path}`,
      failure: {
        type: finding.severity,
        message: finding.message[language],
        text: `${finding.file}:${finding.line}:${finding.column}`,
      },
    })),
    ...run.problems.map(({ file, line, column, code, detail }) => ({
      suite: file,
      name: `${file}:${line}:${column}`,
      isError: true,
      failure: { type: code, message: detail, text: `${file}:${line}:${column}` },
    })),
  ];
  const none = { suite: 'bartizan policy', name: `${run.objects} objects` };
  return toCasesXml('bartizan policy apply', cases.length === 0 ? [none] : cases);
}

function show(
  context: CliContext,
  format: Exclude<ApplyFlags['output'], 'sarif'>,
  report: PolicyReport,
): void {
  const write = (text: string): unknown => context.process.stdout.write(text);
  if (format === 'table' || format === 'csv') showTable(context, format, report.run);
  else if (format === 'junit') write(junitOf(report));
  else if (format === 'openreports')
    write(
      toOpenReports(report)
        .map((one) => toYaml(one))
        .join('---\n'),
    );
  else renderValue(context.process, format, wholeOf(report));
}

/** What a person needs beside the list: what was looked at, what was not, and what nobody can know from a file. */
function summarise(context: CliContext, run: PolicyRun, set: AdmissionRuleSet): void {
  const { t } = context;
  const write = (text: string): unknown => context.process.stderr.write(`${plain(text)}\n`);
  for (const { file, line, column, code, detail } of run.problems)
    write(`${file}:${line}:${column}: ${code}: ${detail}`);
  const { files, documents, objects, excepted, more, others } = run;
  write(t('policy.summary', { files, documents, objects, rules: set.rules.length }));
  const counts = [...run.bySeverity].map(([severity, count]) => `${severity} ${count}`).join(', ');
  write(t('policy.findings', { counts: counts === '' ? '0' : counts }));
  if (others > 0) write(t('policy.others', { count: others }));
  if (excepted > 0) write(t('policy.excepted', { count: excepted }));
  if (more > 0) write(t('policy.more', { count: more }));
  const unknown = [...run.unknown.values()].reduce((sum, count) => sum + count, 0);
  if (unknown > 0) write(t('policy.undecided', { count: unknown, rules: run.unknown.size }));
}

/** 3 for a finding that counts; 1 when something could not be read, for then nobody knows; else 0. */
function exitOf(run: PolicyRun, failOn: Severity | undefined): number {
  const counts = (severity: string): boolean =>
    failOn !== undefined && severityRank(severity as Severity) <= severityRank(failOn);
  if ([...run.bySeverity.keys()].some(counts)) return EXIT.findings;
  return run.problems.length > 0 ? EXIT.failed : EXIT.fine;
}

/** `policy apply PATH...`. */
export function runApply(context: CliContext, paths: readonly string[], flags: ApplyFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const startedAtMs = Date.now();
    const set = await ruleSetOf(context.checkout, flags);
    if (!set.ok) return set;
    const files = manifestFiles(paths);
    if (!files.ok) return files;
    const judge = (take?: (placed: PlacedViolation) => void): Promise<PolicyRun> =>
      judgeFiles(files.value, {
        set: set.value,
        namespace: flags.namespace ?? 'default',
        nowMs: startedAtMs,
        stage: 'ci',
        ...(take === undefined ? {} : { take }),
      });
    const { language } = context;
    const basis = { set: set.value, language, toolVersion: ownVersion(), startedAtMs };
    const run = flags.output === 'sarif' ? await judgeToSarif(context, basis, judge) : await judge();
    if (flags.output !== 'sarif') show(context, flags.output, { ...basis, run, endedAtMs: Date.now() });
    summarise(context, run, set.value);
    return ok(exitOf(run, flags.failOn));
  });
}
