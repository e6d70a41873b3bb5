// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import type { Result, Severity } from '@bartizan/contracts';
import { ok, severityRank } from '@bartizan/contracts/admission';
import { type CustomKind, podPathsOf, podPlaceText } from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';
import { definitionsIn, NO_DEFINITIONS } from './definitions.ts';
import type { ApplyFlags } from './flags.ts';
import {
  judgeFiles,
  type PlacedViolation,
  type PolicyFinding,
  type PolicyProblem,
  type PolicyRun,
} from './judge-manifests.ts';
import { type JunitCase, toCasesXml } from './junit-cases.ts';
import { manifestFiles, STDIN } from './manifests.ts';
import { toOpenReports } from './open-reports.ts';
import { PieceWriter } from './piece-writer.ts';
import { compileRules, rulesOf } from './rule-sources.ts';
import { objectTitle, type PolicyReport, PolicySarif, type ReportBasis } from './sarif.ts';
import type { WrittenSecrets } from './written-secrets.ts';

const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

/** Judges and writes the log at once: no violation outlives the object it is about. */
async function judgeToSarif(
  context: CliContext,
  basis: ReportBasis,
  judge: (take: (placed: PlacedViolation) => void) => Promise<PolicyRun>,
): Promise<PolicyRun> {
  const sarif = new PolicySarif(basis);
  const out = new PieceWriter(context.process.stdout);
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

/** What a definition says of where a kind keeps pods, and where it says nothing. */
const shownKind = (kind: CustomKind): object => ({
  resource: `${kind.resource}.${kind.group}`,
  kind: kind.kind,
  places: [...new Set(podPathsOf(kind).map(podPlaceText))],
  open: [...new Set(kind.versions.flatMap(({ open }) => open))],
  unread: [...new Set(kind.versions.flatMap(({ unread }) => unread ?? []))],
});

/** What json and yaml show. */
const wholeOf = ({ run, set, rules, kinds, language }: PolicyReport): object => {
  const fixes = new Map(rules.map((rule) => [rule.id, rule.fix?.action[language]]));
  return {
    revision: set.revision,
    rules: set.rules.length,
    files: run.files,
    documents: run.documents,
    objects: run.objects,
    bySeverity: Object.fromEntries(run.bySeverity),
    unknown: Object.fromEntries(run.unknown),
    customKinds: kinds.map(shownKind),
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

const isPartlyOpen = ({ versions }: CustomKind): boolean =>
  versions.some(({ open, unread }) => open.length > 0 || unread !== undefined);

/** What a person needs beside the list: what was looked at, what was not, and what nobody can know from a file. */
function summarise(context: CliContext, run: PolicyRun, { set, kinds }: ReportBasis): void {
  const { t } = context;
  const write = (text: string): unknown => context.process.stderr.write(`${plain(text)}\n`);
  for (const { file, line, column, code, detail } of run.problems)
    write(`${file}:${line}:${column}: ${code}: ${detail}`);
  const { files, documents, objects, excepted, more, others } = run;
  write(t('policy.summary', { files, documents, objects, rules: set.rules.length }));
  const places = kinds.flatMap(podPathsOf).length;
  if (kinds.length > 0) write(t('policy.custom-kinds', { kinds: kinds.length, places }));
  const open = kinds.filter(isPartlyOpen).length;
  if (open > 0) write(t('policy.custom-open', { count: open }));
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

/** The search for secrets, loaded where it is asked for: most calls are about rules alone. */
async function secretsFor(
  { checkout }: CliContext,
  { secrets }: ApplyFlags,
): Promise<Result<WrittenSecrets | undefined, ApiFailure>> {
  if (!secrets) return ok(undefined);
  const { writtenSecrets } = await import('./written-secrets.ts');
  return writtenSecrets(checkout);
}

/** Objects may have been judged as of kinds that nobody knows. */
const LATE_DEFINITIONS: PolicyProblem = {
  ...{ file: STDIN, line: 1, column: 1, code: 'E_POLICY_FILE' },
  detail: 'definitions of custom kinds were not seen before judging: give them first, or in a file',
};

const byName = (kinds: readonly CustomKind[]): ReadonlyMap<string, CustomKind> =>
  new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));

/** `policy apply PATH...`. */
export function runApply(context: CliContext, paths: readonly string[], flags: ApplyFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const startedAtMs = Date.now();
    const policy = rulesOf(context.checkout, flags);
    if (!policy.ok) return policy;
    const files = manifestFiles(paths);
    const defined = files.ok ? await definitionsIn(files.value) : NO_DEFINITIONS;
    const ruleSet = await compileRules(policy.value, defined.kinds);
    // Of a wrong rule and a path that is not there, the rule is told.
    if (!ruleSet.ok) return ruleSet;
    if (!files.ok) return files;
    const loaded = await secretsFor(context, flags);
    if (!loaded.ok) return loaded;
    const [set, secrets] = [ruleSet.value, loaded.value];
    const judge = async (take?: (placed: PlacedViolation) => void): Promise<PolicyRun> => {
      const run = await judgeFiles(files.value, {
        ...{ set, kinds: byName(defined.kinds), input: defined.input, alone: defined.alone },
        ...{ nowMs: startedAtMs, stage: 'ci' },
        namespace: flags.namespace ?? 'default',
        ...(secrets === undefined
          ? {}
          : {
              context: { credentialsIn: secrets.credentialsIn },
              findSecrets: secrets.finder(set, startedAtMs),
            }),
        ...(take === undefined ? {} : { take }),
      });
      if (run.definitions > defined.count) run.problems.push(LATE_DEFINITIONS);
      return run;
    };
    const { language } = context;
    const rules = [...set.rules.map(({ rule }) => rule), ...(secrets?.rules ?? [])];
    const basis = { set, rules, kinds: defined.kinds, language, toolVersion: ownVersion(), startedAtMs };
    const run = flags.output === 'sarif' ? await judgeToSarif(context, basis, judge) : await judge();
    if (flags.output !== 'sarif') show(context, flags.output, { ...basis, run, endedAtMs: Date.now() });
    summarise(context, run, basis);
    return ok(exitOf(run, flags.failOn));
  });
}
