// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContent, loadMalware } from '@bartizan/adapters/content';
import {
  type CheckResult,
  err,
  type FactValue,
  type Finding,
  failure,
  ok,
  type PostureCheck,
  type Result,
  severityRank,
} from '@bartizan/contracts';
import { checkToFinding, evaluateChecks } from '@bartizan/engine';
import {
  compileFileSignatures,
  type FindingPlace,
  type FoundHygiene,
  type HygieneRules,
  KnownFileSet,
  MAX_FACT_LENGTH,
  problemLine,
  type ScanProblem,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import type { StoodItem } from '../gate/standing.ts';
import type { Column } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { Offenders } from '../report/item.ts';
import { withStandings } from './finding-list.ts';
import type { LookFlags } from './scan-flags.ts';
import { showRefused } from './scan-secrets.ts';

/** What hygiene says of an image. */
export interface HygieneFound {
  /** Worst first: failed checks and harmful files. */
  readonly findings: readonly Finding[];
  /** Every check with its outcome; unknown is not passed. */
  readonly checks: readonly CheckResult[];
  /** What failed checks name, by check: programs, secrets, steps. */
  readonly offenders: ReadonlyMap<string, Offenders>;
  readonly incomplete: readonly ScanProblem[];
  readonly files: number;
}

/** What hygiene looks for, and the checks that judge what it finds. */
export interface HygieneAsked {
  readonly rules: HygieneRules;
  readonly checks: readonly PostureCheck[];
}

const SHOWN = 10;

const knownFiles = (
  files: readonly { readonly sha256: string; readonly name: string }[],
  lists: readonly string[],
): Result<KnownFileSet, ApiFailure> => {
  const known = new KnownFileSet();
  for (const { sha256, name } of files) known.add(sha256, name);
  for (const path of lists) {
    if (!existsSync(path)) return err(failure('E_MALWARE_LIST', path));
    const added = known.addList(readFileSync(path), path);
    if (!added.ok) return added;
  }
  return ok(known);
};

/** Prepares the signatures, checksums and checks; undefined when hygiene was not asked for. */
export function hygieneAsked(
  context: CliContext,
  flags: LookFlags,
): Result<HygieneAsked | undefined, ApiFailure> {
  if (flags.scanners?.includes('hygiene') !== true) return ok(undefined);
  const folder = join(context.checkout, 'content');
  const content = loadContent(folder);
  if (!content.ok) return content;
  const malware = loadMalware(folder);
  if (!malware.ok) return malware;
  showRefused(context, malware.value.refused);
  const signatures = compileFileSignatures(malware.value.signatures);
  if (!signatures.ok) return signatures;
  const known = knownFiles(malware.value.known, flags.malwareHashes ?? []);
  if (!known.ok) return known;
  const checks = content.value.checks.filter(({ subjects }) => subjects.includes('Image'));
  return ok({ rules: { signatures: signatures.value, known: known.value }, checks });
}

/** How the name of a layer begins, or that there is none. */
const LAYERS = ['sha256:', 'no layer'];
/** A text without the name of its layer where it was cut within that: it says more or less of it in another build. */
const withoutCutLayer = (told: string): string => {
  const at = told.length < MAX_FACT_LENGTH ? -1 : told.lastIndexOf(' in ');
  const layer = told.slice(at + ' in '.length);
  const isCut =
    at > 0 && (/^sha256:[0-9a-f]{0,12}$/.test(layer) || LAYERS.some((text) => text.startsWith(layer)));
  return isCut ? told.slice(0, at) : told;
};

/** Where something lies that is the same in another build: the layer and the place of a step are others there. */
const nameOf = (told: string): string =>
  withoutCutLayer(told)
    .replace(/ in (?:sha256:[0-9a-f]{12}|no layer)(?="?$)/, '')
    .replace(/\bhistory\[\d+\]/, 'history');
/** How a list of facts says that it holds not all there is. */
const MORE = /^and \d+ more$/;

/** What the checks name that look at lists of facts. */
const offendersOf = (
  checks: readonly PostureCheck[],
  facts: FoundHygiene['facts'],
): ReadonlyMap<string, Offenders> =>
  new Map(
    checks.flatMap(({ id, needs }) => {
      const told = needs.flatMap((name): readonly FactValue[] => {
        const value = facts[name];
        return Array.isArray(value) ? value : [];
      });
      const names = told.map(String).filter((name) => !MORE.test(name));
      const isAll = names.length === told.length;
      return told.length === 0 ? [] : [[id, { names: names.map(nameOf), isAll }] as const];
    }),
  );

/** Lets the checks judge what was found. */
export function judgeHygiene(
  { harmful, facts, unknown, problems, files }: FoundHygiene,
  place: FindingPlace,
  checks: readonly PostureCheck[],
): HygieneFound {
  const results = evaluateChecks(checks, { ...place, of: 'Image', facts, unknown }, place.nowMs);
  const byId = new Map(checks.map((check) => [check.id, check]));
  const failed = results.flatMap((result) => {
    const check = byId.get(result.check);
    return check === undefined ? [] : (checkToFinding(check, result) ?? []);
  });
  return {
    findings: [...harmful, ...failed].sort(
      (left, right) => severityRank(left.severity) - severityRank(right.severity),
    ),
    checks: results,
    offenders: offendersOf(checks, facts),
    incomplete: problems,
    files,
  };
}

const whereOf = ({ location, evidence }: Finding): string =>
  location === undefined ? (evidence[1] ?? evidence[0] ?? '') : location.path;

/** Columns of a list of what hygiene found. */
export const hygieneColumns = ({ t, language }: CliContext): Column<Finding>[] => [
  { field: 'severity', heading: t('column.severity'), value: (item) => item.severity },
  { field: 'rule', heading: t('column.rule'), value: (item) => item.check ?? '' },
  { field: 'place', heading: t('column.place'), value: whereOf },
  { field: 'title', heading: t('column.title'), value: (item) => item.title[language] },
];

/** What json and yaml show. */
export const hygieneWhole = (
  { findings, checks, incomplete, files }: HygieneFound,
  items: readonly StoodItem[],
) => ({
  findings: withStandings(findings, items),
  checks,
  incomplete,
  stats: { files },
});

/** One line about what was looked at, and one for each check without an answer. */
export function showHygieneSummary(
  { t, process, language }: CliContext,
  { findings, checks, incomplete, files }: HygieneFound,
): void {
  const write = (text: string): unknown => process.stderr.write(`${plain(text)}\n`);
  const count = (outcome: CheckResult['outcome']): number =>
    checks.filter((result) => result.outcome === outcome).length;
  write(
    t('scan.hygiene-summary', {
      findings: findings.length,
      files,
      passed: count('pass'),
      checks: checks.length,
      unknown: count('unknown'),
    }),
  );
  for (const result of checks)
    if (result.outcome === 'unknown')
      write(t('scan.check-unknown', { check: result.check, reason: result.evidence[0] ?? '' }));
  for (const problem of incomplete.slice(0, SHOWN))
    write(t('scan.incomplete', { reason: problemLine(problem)[language] }));
}
