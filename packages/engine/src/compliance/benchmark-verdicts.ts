// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, LocalText, Severity } from '@bartizan/contracts';
import type {
  Benchmark,
  BenchmarkCheck,
  BenchmarkFix,
  BenchmarkResult,
  ComplianceRun,
  Evidence,
} from '@bartizan/contracts/compliance';

/** What one question of the benchmarks comes to, as a check that findings and the scorecard know. */
export interface BenchmarkVerdict {
  readonly check: string;
  readonly outcome: CheckResult['outcome'];
  readonly severity: Severity;
  readonly title: LocalText;
  readonly why: LocalText;
  /** Benchmark, number and what was found. */
  readonly said: LocalText;
  readonly evidence: readonly string[];
  readonly action: LocalText;
  /** Diff or commands that were tried on the evidence. */
  readonly fix?: string;
}

const PREFIX = 'benchmark.';
const EVIDENCE_MAX = 32;
const VALUE_MAX = 400;

/** The id of a check: its question, which is the same in every edition. */
export const benchmarkCheckId = (question: string): string => `${PREFIX}${question}`;
export const isBenchmarkCheck = (check: string): boolean => check.startsWith(PREFIX);

/** The worst is told first; nothing that is not known becomes a pass. */
const RANK: Readonly<Record<CheckResult['outcome'], number>> = {
  fail: 0,
  unknown: 1,
  pass: 2,
  'not-applicable': 3,
};
const outcomeOf = ({ status }: BenchmarkResult): CheckResult['outcome'] =>
  status === 'manual' ? 'unknown' : status;

function fixText(fix: BenchmarkFix): LocalText {
  switch (fix.kind) {
    case 'flag':
      return fix.change === 'remove'
        ? { en: `${fix.component}: remove ${fix.flag}`, ja: `${fix.component}：${fix.flag} を削除する` }
        : {
            en: `${fix.component}: ${fix.flag} ${FLAG_WORDS[fix.change].en} ${fix.value ?? ''}`.trim(),
            ja: `${fix.component}：${fix.flag} ${FLAG_WORDS[fix.change].ja} ${fix.value ?? ''}`.trim(),
          };
    case 'key':
      return {
        en: `${fix.component}: set ${fix.key} to ${fix.value}`,
        ja: `${fix.component}：${fix.key} を ${fix.value} にする`,
      };
    case 'chmod':
      return {
        en: `${fix.place}: mode ${fix.mode} or stricter`,
        ja: `${fix.place}：モードを ${fix.mode} 以下にする`,
      };
    case 'chown':
      return { en: `${fix.place}: owner ${fix.owner}`, ja: `${fix.place}：所有者を ${fix.owner} にする` };
    case 'advice':
      return fix.action;
  }
}
const FLAG_WORDS = {
  set: { en: 'has to be', ja: 'に設定する値：' },
  'add-item': { en: 'has to contain', ja: 'に追加する項目：' },
  'remove-item': { en: 'must not contain', ja: 'から除く項目：' },
} as const;

const joined = (fixes: readonly BenchmarkFix[]): LocalText => {
  const texts = fixes.map(fixText);
  return { en: texts.map(({ en }) => en).join('; '), ja: texts.map(({ ja }) => ja).join('、') };
};

/** One line of evidence: where it was read, and what. A file of settings is named, not repeated. */
function lineOf({ collector, subject, path, value, state, reason }: Evidence): string {
  const where = path === undefined ? `${collector} ${subject}` : `${collector} ${subject} ${path}`;
  if (state !== 'known') return `${where}: ${state}${reason === undefined ? '' : ` (${reason})`}`;
  const isFile = collector === 'config' || collector === 'manifest' || collector === 'unit';
  if (isFile || value === undefined) return where;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${where}: ${text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX)}…`}`;
}

function verdictOf(
  benchmark: Benchmark,
  check: BenchmarkCheck & { readonly question: string },
  result: BenchmarkResult,
  evidence: ReadonlyMap<string, Evidence>,
): BenchmarkVerdict {
  const seen = result.evidence.flatMap((id) => evidence.get(id) ?? []);
  const instead =
    result.usedInstead === undefined
      ? { en: '', ja: '' }
      : {
          en: ' (made for another version, used because none fits)',
          ja: '（このバージョン向けがないため、別のバージョン向けのものを使用）',
        };
  const { en, ja } = benchmark.title;
  return {
    check: benchmarkCheckId(check.question),
    outcome: outcomeOf(result),
    severity: check.severity,
    title: check.title,
    why: check.why,
    said: {
      en: `${en} ${check.id}${instead.en}: ${result.reason.en}`.slice(0, 1000),
      ja: `${ja} ${check.id}${instead.ja}：${result.reason.ja}`.slice(0, 1000),
    },
    evidence: [...new Set(seen.map(lineOf))].slice(0, EVIDENCE_MAX).map((line) => line.slice(0, 2000)),
    action: joined(check.fix),
    ...(result.fix === undefined ? {} : { fix: result.fix }),
  };
}

/**
 * What a run says of its node, and of the cluster, question by question. Left out: what people have to judge, and what
 * a posture check of ours answers by itself.
 */
export function verdictsOfRun(
  run: ComplianceRun,
  benchmarks: readonly Benchmark[],
): { readonly ofNode: readonly BenchmarkVerdict[]; readonly ofCluster: readonly BenchmarkVerdict[] } {
  const evidence = new Map(run.evidence.map((one) => [one.id, one]));
  const known = new Map(
    benchmarks.flatMap((benchmark) =>
      benchmark.checks.map((check) => [`${benchmark.id}/${check.id}`, { benchmark, check }] as const),
    ),
  );
  const sides = {
    ofNode: new Map<string, BenchmarkVerdict>(),
    ofCluster: new Map<string, BenchmarkVerdict>(),
  };
  for (const result of run.results) {
    const found = known.get(`${result.benchmark}/${result.check}`);
    const question = found?.check.question;
    if (found === undefined || question === undefined) continue;
    const { benchmark, check } = found;
    if (check.ask.kind === 'manual' || check.ask.kind === 'posture') continue;
    const verdict = verdictOf(benchmark, { ...check, question }, result, evidence);
    const side = result.node === undefined ? sides.ofCluster : sides.ofNode;
    const before = side.get(verdict.check);
    if (before === undefined || RANK[verdict.outcome] < RANK[before.outcome])
      side.set(verdict.check, verdict);
  }
  return { ofNode: [...sides.ofNode.values()], ofCluster: [...sides.ofCluster.values()] };
}
