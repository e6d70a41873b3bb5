// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of compliance reports. */
export const COMPLIANCE_REPORT_TEXT = {
  'command.compliance-report': {
    en: 'A framework as PDF, CSV, OSCAL or JSON, in the language of --lang',
    ja: 'フレームワークのレポートを PDF・CSV・OSCAL・JSON で出力する（言語は --lang で指定）',
  },
  'flag.report-framework': {
    en: 'Framework, for instance pci-dss-4, or audit-pack-japan (ISMAP, FISC and PCI DSS)',
    ja: 'フレームワーク（例：pci-dss-4）、または audit-pack-japan（ISMAP・FISC・PCI DSS）',
  },
  'flag.report-format': { en: 'Form of the report', ja: 'レポートの形式' },
  'flag.report-run': {
    en: 'Run of benchmarks to stand on (default: the newest of each node)',
    ja: '根拠とするベンチマークの実行（既定は各ノードの最新）',
  },
  'flag.report-bundle': {
    en: 'Judge a bundle or run in a file instead of asking a server',
    ja: 'サーバーに問い合わせず、ファイルのバンドルまたは実行結果で判定する',
  },
  'flag.report-compare': {
    en: 'Earlier run to compare with; with --bundle, its file',
    ja: '比較する以前の実行（--bundle 使用時はそのファイル）',
  },
  'flag.report-out': {
    en: 'File to write to (default: standard output)',
    ja: '出力先のファイル（既定は標準出力）',
  },
  'report.written': { en: 'Written: {file}', ja: '出力しました：{file}' },
  'report.offline': {
    en: 'Only what the bundle holds was judged; everything else is shown as no data.',
    ja: 'バンドルに含まれる内容だけを判定しました。それ以外は「データなし」と表示します。',
  },
} as const satisfies TextPart;
