// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of the commands about benchmarks and compliance. */
export const COMPLIANCE_TEXT = {
  'command.compliance': {
    en: 'Benchmarks of Kubernetes, container runtimes and nodes',
    ja: 'Kubernetes・コンテナーランタイム・ノードのベンチマーク',
  },
  'command.compliance-collect': {
    en: 'Collect the evidence of this node in a file, to be judged elsewhere',
    ja: 'このノードの証拠をファイルに集める（判定は別の場所で実行）',
  },
  'command.compliance-run': {
    en: 'Judge this node, or a bundle of evidence, by the benchmarks that fit it',
    ja: 'このノードまたは証拠のバンドルを、適合するベンチマークで判定する',
  },
  'flag.compliance-bundle': {
    en: 'Bundle of evidence instead of this node',
    ja: 'このノードの代わりに使う証拠のバンドル',
  },
  'flag.compliance-file': {
    en: 'File to write, - for the standard output (default: compliance-bundle.json)',
    ja: '書き込むファイル、標準出力なら -（既定は compliance-bundle.json）',
  },
  'flag.compliance-from': {
    en: 'Manifests for the part about policies: file, folder or -; may be repeated',
    ja: 'ポリシーの部を判定するためのマニフェスト（ファイル、フォルダー、または -、複数指定可）',
  },
  'flag.compliance-benchmark': { en: 'Only this benchmark', ja: '指定したベンチマークだけ' },
  'flag.compliance-status': { en: 'Only results of this kind', ja: '指定した結果だけ' },
  'flag.compliance-fixes': {
    en: 'Show the diff or command that repairs each failure, where one was proved',
    ja: '効果を確かめた修正（差分またはコマンド）があれば表示する',
  },
  'flag.compliance-root': { en: 'Root of the files of the node', ja: 'ノードのファイルのルート' },
  'flag.compliance-proc': { en: 'Process table of the node', ja: 'ノードのプロセス情報（proc）' },
  'column.benchmark': { en: 'BENCHMARK', ja: 'ベンチマーク' },
  'column.compliance-status': { en: 'RESULT', ja: '結果' },
  'compliance.pass': { en: 'pass', ja: '合格' },
  'compliance.fail': { en: 'fail', ja: '不合格' },
  'compliance.unknown': { en: 'unknown', ja: '不明' },
  'compliance.manual': { en: 'manual', ja: '手動' },
  'compliance.not-applicable': { en: 'not applicable', ja: '対象外' },
  'compliance.collected': {
    en: '{file}: {count} pieces of evidence, SHA-256 {hash}',
    ja: '{file}：証拠 {count} 件、SHA-256 {hash}',
  },
  'compliance.summary': {
    en: '{pass} passed, {fail} failed, {unknown} unknown, {manual} for people to judge, {notApplicable} not applicable',
    ja: '合格 {pass} 件、不合格 {fail} 件、不明 {unknown} 件、人による判断 {manual} 件、対象外 {notApplicable} 件',
  },
  'compliance.score': {
    en: 'Score {score} % (passed / passed and failed), coverage {coverage} %',
    ja: 'スコア {score} %（合格 ÷ 合格と不合格）、判定できた割合 {coverage} %',
  },
  'compliance.no-score': {
    en: 'No score: nothing could be judged',
    ja: 'スコアなし：判定できた項目がありません',
  },
  'compliance.instead': {
    en: 'No benchmark is made for version {version} here: {id} was used instead',
    ja: 'バージョン {version} 用のベンチマークがないため、代わりに {id} を使いました',
  },
  'compliance.managed': {
    en: 'The provider runs the control plane: what it does not show is unknown, not passed',
    ja: 'コントロールプレーンは提供事業者の管理下にあります。見えない項目は合格ではなく不明です',
  },
} as const satisfies TextPart;
