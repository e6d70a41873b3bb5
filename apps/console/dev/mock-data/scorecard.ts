// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CheckResult, CONTROL_IDS, type ResponseOf } from '@bartizan/contracts';
import { BASE, HOUR_MS, NOW_MS } from './random.ts';
import { refAt } from './workloads.ts';

type Row = ResponseOf<'scorecard.show'>['rows'][number];
type Owasp = Row['owasp'];

interface Line {
  readonly en: string;
  readonly ja: string;
  readonly owasp: Owasp;
  readonly score?: number;
  readonly coverage: number;
  readonly open: Readonly<Record<string, string>>;
}
const LINES: readonly Line[] = [
  {
    en: 'Workload configuration',
    ja: 'ワークロードの構成',
    owasp: { 2022: ['K01'], 2025: ['K01'] },
    score: 72,
    coverage: 90,
    open: { critical: '1', high: '1' },
  },
  {
    en: 'Supply chain',
    ja: 'サプライチェーン',
    owasp: { 2022: ['K02'], 2025: [] },
    score: 41,
    coverage: 80,
    open: { high: '11', medium: '23' },
  },
  {
    en: 'Roles and permissions',
    ja: '権限（RBAC）',
    owasp: { 2022: ['K03'], 2025: ['K02'] },
    coverage: 0,
    open: {},
  },
  {
    en: 'Central policies',
    ja: 'ポリシーの一元管理',
    owasp: { 2022: ['K04'], 2025: ['K04'] },
    coverage: 0,
    open: {},
  },
  {
    en: 'Logging and monitoring',
    ja: 'ログと監視',
    owasp: { 2022: ['K05'], 2025: ['K10'] },
    score: 88,
    coverage: 75,
    open: { low: '2' },
  },
  {
    en: 'Authentication',
    ja: '認証',
    owasp: { 2022: ['K06'], 2025: ['K09'] },
    score: 64,
    coverage: 60,
    open: { medium: '1' },
  },
  {
    en: 'Network segmentation',
    ja: 'ネットワークの分離',
    owasp: { 2022: ['K07'], 2025: ['K05'] },
    coverage: 25,
    open: {},
  },
  {
    en: 'Secrets',
    ja: '秘密情報の管理',
    owasp: { 2022: ['K08'], 2025: ['K03'] },
    score: 95,
    coverage: 70,
    open: { medium: '2' },
  },
  {
    en: 'Cluster components',
    ja: 'クラスター構成要素の設定',
    owasp: { 2022: ['K09'], 2025: ['K07'] },
    coverage: 0,
    open: {},
  },
  {
    en: 'Vulnerable components',
    ja: '脆弱な構成要素',
    owasp: { 2022: ['K10'], 2025: [] },
    score: 38,
    coverage: 92,
    open: { critical: '6', high: '14', medium: '22', unknown: '7' },
  },
  {
    en: 'Exposed components',
    ja: '外部に公開された構成要素',
    owasp: { 2022: [], 2025: ['K06'] },
    score: 81,
    coverage: 66,
    open: { high: '1' },
  },
  {
    en: 'From the cluster into the cloud',
    ja: 'クラスターからクラウドへの侵入',
    owasp: { 2022: [], 2025: ['K08'] },
    coverage: 0,
    open: {},
  },
  {
    en: 'Other risks',
    ja: 'その他のリスク',
    owasp: { 2022: [], 2025: [] },
    score: 77,
    coverage: 55,
    open: { low: '3' },
  },
];

const rowOf = (line: Line, index: number): Row => ({
  control: CONTROL_IDS[index] ?? 'x-other-risks',
  owasp: line.owasp,
  title: { en: line.en, ja: line.ja },
  ...(line.score === undefined ? {} : { score: line.score }),
  coverage: line.coverage,
  passed: Math.round(line.coverage / 9),
  failed: Object.keys(line.open).length,
  unknown: Math.round((100 - line.coverage) / 12),
  notYetCovered: [
    {
      en: 'Objects of a Kubernetes cluster are not read yet.',
      ja: 'Kubernetes クラスターのオブジェクトはまだ読み取りません。',
    },
    { en: 'Nothing is blocked before it runs.', ja: '実行前の遮断はまだ行いません。' },
  ],
  ...(line.score === undefined
    ? {
        reason:
          line.coverage === 0
            ? { en: 'No cluster is connected', ja: 'クラスター未接続' }
            : { en: 'Less than half is known', ja: '判明分が半数未満' },
      }
    : {}),
  openFindings: line.open,
  events: index === 4 ? 18 : 0,
  topFixes:
    Object.keys(line.open).length === 0
      ? []
      : [
          {
            title: {
              en: 'Update the base image of shop/web to debian:12.12',
              ja: 'shop/web のベースイメージを debian:12.12 に更新する',
            },
            removes: 36,
            groupKey: 'image:registry.example.com/shop/web',
          },
        ],
  trend:
    line.score === undefined
      ? []
      : [line.score - 14, line.score - 9, line.score - 9, line.score - 2, line.score].map((value) =>
          Math.max(0, value),
        ),
});

export const ROWS: readonly Row[] = LINES.map(rowOf);

const OUTCOMES: readonly CheckResult['outcome'][] = [
  'fail',
  'pass',
  'pass',
  'unknown',
  'pass',
  'not-applicable',
];
const checkAt = (row: Row, index: number): CheckResult => ({
  ...BASE,
  check: `container.example-${index}`,
  subject: refAt(1 + (index % 4)),
  outcome: OUTCOMES[index % OUTCOMES.length] ?? 'pass',
  severity: index % 2 === 0 ? 'high' : 'medium',
  title: {
    en: `The container has no capability it does not need (${index})`,
    ja: `コンテナーに不要なケーパビリティがない（${index}）`,
  },
  evidence: index % 6 === 3 ? [] : ['CapEff: 00000000a80425fb', '/proc/4200/status'],
  ...(index % 6 === 0
    ? {
        fix: {
          state: 'configuration' as const,
          action: {
            en: 'Drop all capabilities and add back what is needed.',
            ja: 'すべてのケーパビリティを外し、必要なものだけを追加してください。',
          },
          command: 'cap_drop: [ALL]',
        },
      }
    : {}),
  owasp: row.owasp,
  checkedAtMs: NOW_MS - HOUR_MS,
});

/** One item with its checks. */
export const controlDetail = (id: string): ResponseOf<'scorecard.control'> | undefined => {
  const row = ROWS.find((candidate) => candidate.control === id);
  if (row === undefined) return undefined;
  return {
    row,
    control: {
      id: row.control,
      owasp: row.owasp,
      title: row.title,
      goal: {
        en: 'Every container runs with the rights it needs and no more; a deviation is seen within a minute.',
        ja: 'すべてのコンテナーを必要最小限の権限で実行し、逸脱は 1 分以内に検知します。',
      },
      prevents: [],
      detects: [
        'container.privileged',
        'container.runtime-socket',
        'container.host-namespaces',
        'runtime.privilege-change',
      ],
      responds: [],
      shows: ['console.overview', 'console.findings', 'cli.finding-list'],
      notYetCovered: row.notYetCovered,
    },
    checks: Array.from({ length: 18 }, (_, index) => checkAt(row, index)),
  };
};

export const SCORECARD: ResponseOf<'scorecard.show'> = {
  rows: [...ROWS],
  formula: {
    en: 'Score = weight of passed checks / weight of passed and failed checks. Weights: critical 10, high 5, medium 2, low 1. What is not known lowers coverage, never the score; below 50 % coverage there is no score.',
    ja: 'スコア = 合格した検査の重み ÷（合格＋不合格の重み）。重みは緊急 10、高 5、中 2、低 1。不明な検査はスコアではなく網羅率を下げ、網羅率が 50 % 未満のときスコアは表示しません。',
  },
  asOfMs: NOW_MS,
};
