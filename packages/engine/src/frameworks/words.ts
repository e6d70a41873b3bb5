// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceChange, ControlState, MappingState } from '@bartizan/contracts/compliance';

export type ReportLanguage = 'en' | 'ja';

/** Words of a report. One list, so that neither language can lack one. */
const WORDS = {
  report: { en: 'Compliance report', ja: 'コンプライアンスレポート' },
  scope: { en: 'Scope', ja: '対象範囲' },
  generated: { en: 'Generated', ja: '作成日時' },
  dataDate: { en: 'Oldest evidence', ja: '最も古い証跡' },
  age: { en: 'Age of evidence', ja: '証跡の経過時間' },
  hash: { en: 'Evidence (SHA-256)', ja: '証跡のハッシュ（SHA-256）' },
  version: { en: 'Made by', ja: '作成ツール' },
  run: { en: 'Benchmark run', ja: 'ベンチマークの実行' },
  edition: { en: 'Edition', ja: '版' },
  mapping: { en: 'Mapping of', ja: '対応付けの日付' },
  limits: { en: 'Not judged by a tool', ja: 'ツールで判定しない範囲' },
  score: { en: 'Score', ja: 'スコア' },
  coverage: { en: 'Coverage', ja: '網羅率' },
  noScore: { en: 'none: less than half could be judged', ja: 'なし（判定できた管理策が半分未満）' },
  noData: { en: 'no data', ja: 'データなし' },
  controls: { en: 'Controls', ja: '管理策' },
  control: { en: 'Control', ja: '管理策' },
  numbers: { en: 'Numbers', ja: '番号' },
  unverified: { en: 'number not verified', ja: '番号未照合' },
  verified: { en: 'verified', ja: '照合済み' },
  asks: { en: 'Asks', ja: '要求' },
  state: { en: 'State', ja: '状態' },
  evidence: { en: 'Evidence', ja: '証跡' },
  check: { en: 'Check', ja: '検査' },
  reason: { en: 'Why it is evidence', ja: '証跡となる理由' },
  subject: { en: 'Subject', ja: '対象' },
  node: { en: 'Node', ja: 'ノード' },
  outcome: { en: 'Outcome', ja: '結果' },
  seen: { en: 'Seen', ja: '確認内容' },
  when: { en: 'When', ja: '確認日時' },
  severity: { en: 'Severity', ja: '深刻度' },
  accepted: { en: 'Accepted', ja: '受け入れ済み' },
  exceptions: { en: 'Accepted risks', ja: '受け入れたリスク' },
  owner: { en: 'Owner', ja: '担当者' },
  why: { en: 'Reason', ja: '理由' },
  until: { en: 'Until', ja: '期限' },
  answers: { en: 'Evidence by check and subject', ja: '検査・対象ごとの証跡' },
  change: { en: 'Compared with', ja: '比較対象' },
  changed: { en: 'Change', ja: '変化' },
  newlyFailing: { en: 'Newly failing', ja: '新たに不合格' },
  repaired: { en: 'Repaired', ja: '修正済み' },
  stillOpen: { en: 'Still open', ja: '未修正' },
  newlyUnknown: { en: 'Newly unknown', ja: '新たに不明' },
  none: { en: 'none', ja: 'なし' },
  passed: { en: 'Passed', ja: '合格' },
  failed: { en: 'Failed', ja: '不合格' },
  unknown: { en: 'Unknown', ja: '不明' },
  title: { en: 'Title', ja: '名称' },
  framework: { en: 'Framework', ja: 'フレームワーク' },
  fix: { en: 'Repair', ja: '修正方法' },
  pack: { en: 'Audit pack Japan: ISMAP, FISC, PCI DSS', ja: '国内監査パック：ISMAP・FISC・PCI DSS' },
  meaning: {
    en: 'Met: every check answered and none failed. Partly: some passed, some failed. Unknown: nothing failed, but evidence is missing or older than seven days; it never counts as met. An accepted risk still counts as failed and is listed.',
    ja: '適合：すべての検査に回答があり、不合格がない状態。一部適合：合格と不合格の両方がある状態。不明：不合格はないものの、証跡がないか 7 日より古い状態で、適合とは数えません。受け入れたリスクも不合格として数え、一覧に示します。',
  },
} as const;
export type ReportWord = keyof typeof WORDS;

const STATES: Readonly<Record<ControlState | MappingState, { readonly en: string; readonly ja: string }>> = {
  met: { en: 'Met', ja: '適合' },
  partly: { en: 'Partly met', ja: '一部適合' },
  'not-met': { en: 'Not met', ja: '不適合' },
  unknown: { en: 'Unknown', ja: '不明' },
  'not-judged': { en: 'Not judged by a tool', ja: 'ツールでは判定しない' },
  pass: { en: 'Pass', ja: '合格' },
  fail: { en: 'Fail', ja: '不合格' },
  stale: { en: 'Too old', ja: '証跡が古い' },
  'no-data': { en: 'No data', ja: 'データなし' },
};

const SEVERITIES: Readonly<Record<string, string>> = {
  critical: '重大',
  high: '高',
  medium: '中',
  low: '低',
  info: '情報',
  unknown: '不明',
};

/** Words of one language. */
export const reportWords = (language: ReportLanguage) => ({
  word: (key: ReportWord): string => WORDS[key][language],
  state: (state: ControlState | MappingState): string => STATES[state][language],
  notShown: (count: number): string =>
    language === 'ja'
      ? `ほか ${count} 件は省略しています。すべての内容は CSV と OSCAL に含まれます`
      : `${count} more are not shown; CSV and OSCAL have all of them`,
  severity: (severity: string): string => (language === 'ja' ? (SEVERITIES[severity] ?? severity) : severity),
});

const NINE_HOURS_MS = 9 * 3600 * 1000;

/** An instant as people of the language write it: Japan's time in Japanese, UTC in English. */
export function reportTime(atMs: number, language: ReportLanguage): string {
  const shifted = new Date(language === 'ja' ? atMs + NINE_HOURS_MS : atMs).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 16)} ${language === 'ja' ? 'JST' : 'UTC'}`;
}

/** The run that another is compared with, and when it was made. */
export const earlierRun = ({ before, beforeAt }: ComplianceChange, language: ReportLanguage): string =>
  beforeAt === undefined ? before : `${before} (${reportTime(beforeAt, language)})`;

/** How old something is, in the largest unit that says something. */
export function reportAge(ms: number, language: ReportLanguage): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [count, en, ja] =
    minutes < 120
      ? [minutes, 'minutes', '分']
      : minutes < 2880
        ? [Math.floor(minutes / 60), 'hours', '時間']
        : [Math.floor(minutes / 1440), 'days', '日'];
  return language === 'ja' ? `${count} ${ja}` : `${count} ${en}`;
}
