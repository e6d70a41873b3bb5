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

/** What a scorecard is made from. */
export interface ScorecardInput {
  readonly controls: readonly ComplianceControl[];
  /** Results of all checks on all subjects, checks on packages included; a subject without facts gives `unknown` rows. */
  readonly checks: readonly CheckResult[];
  readonly findings: readonly Finding[];
  /** Security events of the shown range by rule id. */
  readonly eventCounts: Readonly<Record<string, number>>;
  /** Scores of earlier days by control, oldest first. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** Weight of a check in the score. `info` does not count. */
export const SEVERITY_WEIGHTS: Readonly<Record<Severity, number>> = {
  critical: 10,
  high: 6,
  medium: 3,
  low: 1,
  info: 0,
  unknown: 1,
};
/** Below this coverage no score is shown, percent. */
export const COVERAGE_MIN = 50;

/** The formula, as it is shown next to the scores. */
export const SCORE_FORMULA = {
  en: `Score = 100 × weight of passed checks / weight of evaluated checks, rounded down; weights: critical 10, high 6, medium 3, low 1, info 0. Coverage = evaluated / (evaluated + unknown) checks. What is not known lowers coverage, never the score; below ${COVERAGE_MIN} % coverage no score is shown.`,
  ja: `スコア = 100 × 合格した検査の重み ÷ 評価できた検査の重み（切り捨て）。重み：緊急 10、高 6、中 3、低 1、情報 0。カバレッジ = 評価できた検査 ÷（評価できた検査 + 不明の検査）。不明はカバレッジだけを下げ、スコアは下げません。カバレッジが ${COVERAGE_MIN} % 未満のときスコアは表示しません。`,
} as const;

const TREND_MAX = 31;
const FIXES_MAX = 5;

interface Tally {
  passed: number;
  failed: number;
  unknown: number;
  passedWeight: number;
  evaluatedWeight: number;
}

function tally(results: readonly CheckResult[]): Tally {
  const sum: Tally = { passed: 0, failed: 0, unknown: 0, passedWeight: 0, evaluatedWeight: 0 };
  for (const { outcome, severity } of results) {
    const weight = SEVERITY_WEIGHTS[severity];
    if (outcome === 'unknown') sum.unknown += 1;
    if (outcome !== 'pass' && outcome !== 'fail') continue;
    sum.evaluatedWeight += weight;
    if (outcome === 'pass') {
      sum.passed += 1;
      sum.passedWeight += weight;
    } else sum.failed += 1;
  }
  return sum;
}

function reasonWithout(sum: Tally, coverage: number): { readonly en: string; readonly ja: string } {
  if (sum.passed + sum.failed + sum.unknown === 0)
    return {
      en: 'Nothing here can be judged by the checks that exist today',
      ja: '現在ある検査で評価できる対象がここにはありません',
    };
  if (coverage < COVERAGE_MIN)
    return {
      en: `Only ${coverage} % of the checks have an answer; a score needs ${COVERAGE_MIN} %`,
      ja: `結果が得られた検査は ${coverage} % です。スコアの表示には ${COVERAGE_MIN} % が必要です`,
    };
  return {
    en: 'All evaluated checks are for information only',
    ja: '評価できた検査はすべて参考情報です',
  };
}

function findingsOf(control: ComplianceControl, findings: readonly Finding[]): Finding[] {
  const claimed = new Set([...control.prevents, ...control.detects]);
  const judgesPackages = control.detects.some((id) => id.startsWith('scan.'));
  return findings.filter((finding) => {
    if (finding.state !== 'open') return false;
    if (finding.check !== undefined) return claimed.has(finding.check);
    return judgesPackages && (finding.kind === 'vulnerability' || finding.kind === 'pending-update');
  });
}

function perSeverity(findings: readonly Finding[]): Record<string, string> {
  const counts: Record<string, string> = {};
  for (const { severity } of findings) counts[severity] = String(Number(counts[severity] ?? '0') + 1);
  return counts;
}

interface FixGroup {
  readonly title: { readonly en: string; readonly ja: string };
  readonly groupKey: string;
  removes: number;
  weight: number;
}

function topFixes(findings: readonly Finding[]): ScorecardRow['topFixes'] {
  const groups = new Map<string, FixGroup>();
  const worstFirst = findings.toSorted((one, two) => severityRank(one.severity) - severityRank(two.severity));
  for (const { groupKey, fix, severity } of worstFirst) {
    const { en, ja } = fix.action;
    const group = groups.get(groupKey) ?? {
      title: { en: en.slice(0, 512), ja: ja.slice(0, 512) },
      groupKey,
      removes: 0,
      weight: 0,
    };
    group.removes += 1;
    group.weight += SEVERITY_WEIGHTS[severity];
    groups.set(groupKey, group);
  }
  return [...groups.values()]
    .sort((one, two) => two.weight - one.weight || (one.groupKey < two.groupKey ? -1 : 1))
    .slice(0, FIXES_MAX)
    .map(({ title, removes, groupKey }) => ({ title, removes, groupKey }));
}

function rowOf(control: ComplianceControl, input: ScorecardInput): ScorecardRow {
  const claimed = new Set([...control.prevents, ...control.detects]);
  const sum = tally(input.checks.filter(({ check }) => claimed.has(check)));
  const evaluated = sum.passed + sum.failed;
  const coverage = evaluated === 0 ? 0 : Math.floor((100 * evaluated) / (evaluated + sum.unknown));
  const hasScore = sum.evaluatedWeight > 0 && coverage >= COVERAGE_MIN;
  const findings = findingsOf(control, input.findings);
  const events = control.detects.reduce((total, id) => total + (input.eventCounts[id] ?? 0), 0);
  const verdict = hasScore
    ? { score: Math.floor((100 * sum.passedWeight) / sum.evaluatedWeight) }
    : { reason: reasonWithout(sum, coverage) };
  return {
    control: control.id,
    owasp: control.owasp,
    title: control.title,
    ...verdict,
    coverage,
    passed: sum.passed,
    failed: sum.failed,
    unknown: sum.unknown,
    notYetCovered: control.notYetCovered,
    openFindings: perSeverity(findings),
    events,
    topFixes: topFixes(findings),
    trend: (input.history[control.id] ?? []).slice(-TREND_MAX),
  };
}

/** Makes the rows of the scorecard, one a control, in the order of the controls. See SCORE_FORMULA. */
export const scorecard = (input: ScorecardInput): ScorecardRow[] =>
  input.controls.map((control) => rowOf(control, input));
