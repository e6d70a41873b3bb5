// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of rules as code. */
export const POLICY_TEXT = {
  'arg.manifests': {
    en: 'Manifest, folder of manifests, or - for the standard input',
    ja: 'マニフェスト、そのフォルダー、または標準入力を表す -',
  },
  'arg.suites': {
    en: 'File or folder with suites and rules',
    ja: 'テストスイートとルールのファイルまたはフォルダー',
  },
  'arg.rule-or-file': { en: 'Id of a rule, or a file with rules', ja: 'ルールの ID、またはルールのファイル' },
  'column.object': { en: 'OBJECT', ja: 'オブジェクト' },
  'column.field': { en: 'FIELD', ja: '項目' },
  'column.value': { en: 'VALUE', ja: '値' },
  'column.allowed': { en: 'ALLOWED', ja: '許可される値' },
  'column.patch': { en: 'PATCH', ja: 'パッチ' },
  'column.suite': { en: 'SUITE', ja: 'スイート' },
  'column.case': { en: 'CASE', ja: 'ケース' },
  'column.expected': { en: 'EXPECTED', ja: '期待' },
  'column.found': { en: 'FOUND', ja: '結果' },
  'command.policy': {
    en: 'Admission rules as code, without a server',
    ja: 'コードとしてのアドミッションルール（サーバー不要）',
  },
  'command.policy-apply': {
    en: 'Judge manifests before they reach a cluster: place, value, allowed values and the fix as a patch',
    ja: 'クラスターに届く前にマニフェストを判定する（場所・値・許可される値・修正パッチを表示）',
  },
  'command.policy-test': {
    en: 'Run suites of rules: what each must make of which object',
    ja: 'ルールのテストスイートを実行する',
  },
  'command.policy-explain': { en: 'A rule in words', ja: 'ルールを言葉で説明する' },
  'command.policy-emit': {
    en: 'Write rules in a form that others enforce',
    ja: 'ルールをほかの仕組みで適用できる形式に書き出す',
  },
  'command.policy-emit-vap': {
    en: 'Write rules as ValidatingAdmissionPolicies, which the API server enforces by itself',
    ja: 'ルールを API サーバーが単独で適用できる ValidatingAdmissionPolicy として書き出す',
  },
  'emit.left-out': { en: '{rule} is left out: {reason}', ja: '{rule} は対象外です：{reason}' },
  'emit.summary': {
    en: '{native} of {rules} rules can be held by the API server itself',
    ja: '{rules} 件のルールのうち {native} 件を API サーバー単独で適用できます',
  },
  'flag.emit-rules': {
    en: 'Only rules whose id matches, may be repeated (pss.*)',
    ja: 'ID が一致するルールのみ（複数指定可、例：pss.*）',
  },
  'flag.emit-mode': {
    en: 'Mode of all of them, instead of their own: audit, warn or enforce',
    ja: '各ルールのモードの代わりに使うモード（audit・warn・enforce）',
  },
  'flag.exempt-namespace': {
    en: 'Namespace that is left alone, may be repeated (default: kube-system and kube-node-lease)',
    ja: '適用しない名前空間（複数指定可、既定は kube-system と kube-node-lease）',
  },
  'flag.policies': {
    en: 'Rules, bindings and exceptions of your own: file or folder, may be repeated',
    ja: '独自のルール・バインディング・例外のファイルまたはフォルダー（複数指定可）',
  },
  'flag.own-only': {
    en: 'Without the rules that come with the product',
    ja: '同梱のルールを使わない',
  },
  'flag.pss': {
    en: 'Also the Pod Security Standards: baseline or restricted, as of a version (restricted:1.31)',
    ja: 'Pod Security Standards も適用する（baseline または restricted、restricted:1.31 のようにバージョンも指定可）',
  },
  'flag.default-namespace': {
    en: 'Namespace of objects that name none (default: default)',
    ja: '名前空間の指定がないオブジェクトの名前空間（既定は default）',
  },
  'flag.policy-output': { en: 'Form of the output', ja: '出力形式' },
  'policy.summary': {
    en: '{objects} objects of {documents} documents in {files} files, judged by {rules} rules',
    ja: '{files} ファイル・{documents} 文書・{objects} オブジェクトを {rules} 件のルールで判定しました',
  },
  'policy.findings': { en: 'violations: {counts}', ja: '違反：{counts}' },
  'policy.others': {
    en: '{count} documents are no Kubernetes objects and were not judged',
    ja: '{count} 件の文書は Kubernetes オブジェクトではないため判定していません',
  },
  'policy.excepted': {
    en: '{count} violations are covered by exceptions',
    ja: '{count} 件の違反は例外として受容されています',
  },
  'policy.more': {
    en: '{count} more violations are not listed',
    ja: 'ほかに {count} 件の違反があります（一覧には含めていません）',
  },
  'policy.undecided': {
    en: '{count} questions of {rules} rules are open: a file cannot tell scans, signatures or permissions. Open is not passed',
    ja: '{rules} 件のルールの {count} 項目は判定できません。スキャン結果・署名・権限はファイルからは分かりません。判定できないことは合格を意味しません',
  },
  'policy.tested': { en: '{passed} passed, {failed} failed', ja: '合格 {passed}、失敗 {failed}' },
  'explain.severity': {
    en: 'severity {severity}, mode {mode}, asked at {stages}',
    ja: '重大度 {severity}、モード {mode}、判定の場面 {stages}',
  },
  'explain.asked': { en: 'asked about:', ja: '対象：' },
  'explain.violated': { en: 'violated when:', ja: '次の場合に違反：' },
  'explain.allowed': { en: 'ends judging, allowed, when:', ja: '次の場合に許可して判定を終える：' },
  'explain.unknown': {
    en: 'when a fact is not known: {whenUnknown}',
    ja: '事実が分からない場合：{whenUnknown}',
  },
  'explain.fix': { en: 'fix:', ja: '修正方法：' },
  'explain.references': { en: 'references:', ja: '参考：' },
} as const satisfies TextPart;
