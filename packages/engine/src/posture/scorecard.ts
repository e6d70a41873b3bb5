// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type CheckResult,
  type ComplianceControl,
  type Finding,
  type ScorecardRow,
  type Severity,
  severityRank,
} from '@bartizan/contracts';
import { vulnerabilityChecks } from './vulnerability-checks.ts';

/** Results of a check, told apart by outcome alone. */
export interface CountedCheck extends Pick<CheckResult, 'check' | 'outcome' | 'severity'> {
  /** How many there are; absent: one. */
  readonly count?: number;
}

/** Everything the scorecard is made of. */
export interface ScorecardInput {
  readonly controls: readonly ComplianceControl[];
  readonly checks: readonly CountedCheck[];
  /** Findings of any state; only open ones count. */
  readonly findings: readonly Finding[];
  /** Whether `findings` are all there are; default true. */
  readonly isWhole?: boolean;
  /** What the vulnerability checks are asked of, where `findings` are not all. */
  readonly vulnerable?: { readonly findings: readonly Finding[]; readonly isWhole: boolean };
  /** Workloads that were scanned or run, and whether their packages were read and could be judged. */
  readonly scanned: readonly { readonly workload: string; readonly judged: boolean }[];
  /** Security events in the range, by rule id. */
  readonly eventCounts: ReadonlyMap<string, number>;
  /** Scores of the last days by control, oldest first. */
  readonly history: ReadonlyMap<string, readonly number[]>;
}

/** Weight of a check by its severity. */
const WEIGHTS: Readonly<Record<Severity, number>> = {
  critical: 8,
  high: 4,
  medium: 2,
  low: 1,
  info: 1,
  unknown: 1,
};
const COVERAGE_MIN = 50;
const TOP_FIXES = 5;
const TREND_DAYS = 31;

/** How scores are made, as the console shows it. */
export const SCORE_FORMULA = {
  en: 'Score: for each check the passed share of the subjects that could be evaluated, weighted by severity (critical 8, high 4, medium 2, low 1). Coverage: the evaluated share of all questions of the item, counting known gaps of the product as unanswered. Unknown lowers coverage, never the score; below 50 % coverage no score is shown.',
  ja: 'スコアは、検査ごとに「評価できた対象のうち合格した割合」を深刻度で重み付け（重大 8・高 4・中 2・低 1）した値です。網羅率は、項目のすべての問いのうち評価できた割合で、製品が未対応の点も未回答として数えます。不明は網羅率だけを下げます。網羅率が 50 % 未満の場合、スコアは表示しません。',
} as const;

interface Tally {
  severity: Severity;
  passed: number;
  failed: number;
  unknown: number;
}

/** Counts per check id. Checks that were only ever not applicable are left out. */
function tallies(checks: readonly CountedCheck[]): Map<string, Tally> {
  const found = new Map<string, Tally>();
  for (const { check, outcome, severity, count = 1 } of checks) {
    if (outcome === 'not-applicable') continue;
    const tally = found.get(check) ?? { severity, passed: 0, failed: 0, unknown: 0 };
    if (severityRank(severity) < severityRank(tally.severity)) tally.severity = severity;
    if (outcome === 'pass') tally.passed += count;
    else if (outcome === 'fail') tally.failed += count;
    else tally.unknown += count;
    found.set(check, tally);
  }
  return found;
}

const evaluated = (tally: Tally): number => tally.passed + tally.failed;

function scoreOf(found: readonly Tally[]): number | undefined {
  let weight = 0;
  let earned = 0;
  for (const tally of found) {
    if (evaluated(tally) === 0) continue;
    weight += WEIGHTS[tally.severity];
    earned += (WEIGHTS[tally.severity] * tally.passed) / evaluated(tally);
  }
  return weight === 0 ? undefined : Math.floor((100 * earned) / weight);
}

/** Share of the questions with an answer: each check counts one, each known gap counts one without answer. */
function coverageOf(found: readonly Tally[], unanswered: number): number {
  const answered = found.reduce(
    (sum, tally) => sum + evaluated(tally) / (evaluated(tally) + tally.unknown),
    0,
  );
  const questions = found.length + unanswered;
  return questions === 0 ? 0 : Math.floor((100 * answered) / questions);
}

function severityCounts(findings: readonly Finding[]): Record<string, string> {
  const counts = new Map<string, number>();
  for (const { severity } of findings) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  return Object.fromEntries([...counts].map(([severity, count]) => [severity, String(count)]));
}

function topFixes(findings: readonly Finding[]): ScorecardRow['topFixes'] {
  const groups = new Map<string, { title: Finding['fix']['action']; removes: number; weight: number }>();
  for (const { groupKey, fix, severity } of findings) {
    const group = groups.get(groupKey) ?? { title: fix.action, removes: 0, weight: 0 };
    groups.set(groupKey, { ...group, removes: group.removes + 1, weight: group.weight + WEIGHTS[severity] });
  }
  return [...groups]
    .sort(([oneKey, one], [twoKey, two]) => two.weight - one.weight || (oneKey < twoKey ? -1 : 1))
    .slice(0, TOP_FIXES)
    .map(([groupKey, { title, removes }]) => ({
      title: { en: title.en.slice(0, 512), ja: title.ja.slice(0, 512) },
      removes,
      groupKey,
    }));
}

const NO_CHECKS = {
  en: 'The product has no check for this item here yet; what is missing is listed.',
  ja: 'この項目の検査はまだありません。不足している内容は一覧に示しています。',
};
const LITTLE_COVERAGE = {
  en: 'Less than half of the questions of this item have an answer; a score would mislead.',
  ja: 'この項目の問いの半分未満にしか回答がなく、スコアは誤解を招くため表示しません。',
};

const CUT = {
  en: 'There are more open findings than are read at once: their numbers and the fixes that remove most are lower bounds.',
  ja: '未対応の検出事項が一度に読み取れる件数を超えています。件数と効果の大きい対処は、実際より少なく示されています。',
};

const sharesItem = (control: ComplianceControl, finding: Finding): boolean =>
  control.owasp[2022].some((item) => finding.owasp[2022].includes(item)) ||
  (control.owasp[2022].length === 0 &&
    control.owasp[2025].some((item) => finding.owasp[2025].includes(item)));

function rowOf(
  control: ComplianceControl,
  input: ScorecardInput,
  found: ReadonlyMap<string, Tally>,
): ScorecardRow {
  const mine = control.detects.map((id) => found.get(id)).filter((tally) => tally !== undefined);
  const open = input.findings.filter(
    (finding) =>
      finding.state === 'open' &&
      ((finding.check !== undefined && control.detects.includes(finding.check)) ||
        sharesItem(control, finding)),
  );
  const coverage = coverageOf(mine, control.notYetCovered.length);
  const score = coverage < COVERAGE_MIN ? undefined : scoreOf(mine);
  const total = (pick: (tally: Tally) => number): number => mine.reduce((sum, tally) => sum + pick(tally), 0);
  return {
    control: control.id,
    owasp: control.owasp,
    title: control.title,
    ...(score === undefined ? { reason: mine.length === 0 ? NO_CHECKS : LITTLE_COVERAGE } : { score }),
    coverage,
    passed: total((tally) => tally.passed),
    failed: total((tally) => tally.failed),
    unknown: total((tally) => tally.unknown),
    notYetCovered: control.notYetCovered,
    ...(input.isWhole === false ? { incomplete: CUT } : {}),
    openFindings: severityCounts(open),
    events: control.detects.reduce((sum, id) => sum + (input.eventCounts.get(id) ?? 0), 0),
    topFixes: topFixes(open),
    trend: (input.history.get(control.id) ?? []).slice(-TREND_DAYS),
  };
}

/** One row per control. Vulnerabilities enter as checks of each workload that was scanned or runs (see vulnerabilityChecks). */
export function scorecard(input: ScorecardInput): ScorecardRow[] {
  const found = tallies(input.checks);
  const { findings, isWhole } = input.vulnerable ?? {
    findings: input.findings,
    isWhole: input.isWhole ?? true,
  };
  // A workload whose findings were not all read is not known to have none.
  const scanned = isWhole ? input.scanned : input.scanned.map((one) => ({ ...one, judged: false }));
  for (const [id, tally] of tallies(vulnerabilityChecks({ findings, scanned }))) found.set(id, tally);
  return input.controls.map((control) => rowOf(control, input, found));
}
