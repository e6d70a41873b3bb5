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
    en: 'Admission rules as code: judged, tested, imported, and kept in step with a server',
    ja: 'コードとしてのアドミッションルール（判定・テスト・取り込み・サーバーとの同期）',
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
  'command.policy-emit-map': {
    en: 'Write safe defaults as MutatingAdmissionPolicies, which the API server fills in by itself (Kubernetes 1.36 or newer)',
    ja: '安全な既定値を API サーバーが単独で補完できる MutatingAdmissionPolicy として書き出す（Kubernetes 1.36 以降）',
  },
  'emit.left-out': { en: '{rule} is left out: {reason}', ja: '{rule} は対象外です：{reason}' },
  'emit.summary-vap': {
    en: '{native} of {rules} rules can be held by the API server itself',
    ja: '{rules} 件のルールのうち {native} 件を API サーバー単独で適用できます',
  },
  'emit.summary-map': {
    en: '{native} of {rules} rules that fill in defaults can be left to the API server itself',
    ja: '既定値を補完する {rules} 件のルールのうち {native} 件を API サーバー単独で補完できます',
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
  'flag.manifest-secrets': {
    en: 'Also search for secrets that are written into environments, commands, annotations and ConfigMaps',
    ja: '環境変数・コマンド・アノテーション・ConfigMap に書かれた秘密情報も検索する',
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
  'policy.custom-kinds': {
    en: '{kinds} custom kinds are defined there; pods are judged in {places} places of them',
    ja: 'カスタムリソースの定義 {kinds} 種類を読み取り、Pod を持つ {places} か所を判定しました',
  },
  'policy.custom-open': {
    en: '{count} of them have parts of which the schema says nothing, or that were not read: see -o json',
    ja: 'うち {count} 種類には、スキーマに定義がない部分、または読み取っていない部分があります（-o json で確認できます）',
  },
  'policy.findings': { en: 'violations: {counts}', ja: '違反：{counts}' },
  'policy.others': {
    en: '{count} documents are no Kubernetes objects and were not judged',
    ja: '{count} 件の文書は Kubernetes オブジェクトではないため判定していません',
  },
  'policy.excepted': {
    en: '{count} violations are covered by exceptions',
    ja: '{count} 件の違反は例外として受け入れられています',
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
    ja: '深刻度 {severity}、モード {mode}、判定の場面 {stages}',
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
  'arg.policy-path': {
    en: 'File or folder with rules, bindings and exceptions',
    ja: 'ルール・バインディング・例外のファイルまたはフォルダー',
  },
  'arg.policy-folder': {
    en: 'Folder with all rules, bindings and exceptions',
    ja: 'ルール・バインディング・例外一式のフォルダー',
  },
  'arg.foreign-policies': {
    en: 'File or folder with policies of that product, or - for the standard input',
    ja: 'その製品のポリシーのファイルまたはフォルダー、または標準入力を表す -',
  },
  'command.policy-import': {
    en: 'Turn policies of another product into rules, and say what is not the same afterwards',
    ja: '他製品のポリシーをルールに変換し、同じにならない点を示す',
  },
  'command.policy-import-neuvector': {
    en: 'Admission rules of NeuVector: an export or its custom resource',
    ja: 'NeuVector のアドミッションルール（エクスポートまたはカスタムリソース）',
  },
  'command.policy-import-gatekeeper': {
    en: 'From Gatekeeper: constraints of the templates of its library',
    ja: 'Gatekeeper から取り込み (ライブラリーのテンプレートの制約)',
  },
  'command.policy-import-kyverno': {
    en: 'ClusterPolicy and Policy of Kyverno',
    ja: 'Kyverno の ClusterPolicy と Policy',
  },
  'command.policy-sources': {
    en: 'Where the policies of the server come from, and what of each source is not in force',
    ja: 'サーバーのポリシーの管理元と、適用されていないものを示す',
  },
  'sources.counts': {
    en: '{rules} rules, {bindings} bindings, {exceptions} exceptions',
    ja: 'ルール {rules} 件、バインディング {bindings} 件、例外 {exceptions} 件',
  },
  'sources.more': { en: 'and {more} more', ja: '他 {more} 件' },
  'sources.state.off': { en: 'not set up', ja: '未設定' },
  'sources.state.waiting': { en: 'not read yet', ja: '未読み取り' },
  'sources.state.current': { en: 'in force', ja: '適用中' },
  'sources.state.degraded': { en: 'in part', ja: '一部のみ適用' },
  'sources.state.unreachable': { en: 'cannot be read', ja: '読み取り不可' },
  'command.policy-export': {
    en: 'Write the rules, bindings and exceptions of the server, one file each, always in the same form',
    ja: 'サーバーのルール・バインディング・例外を 1 件 1 ファイルで常に同じ形式に書き出す',
  },
  'command.policy-push': {
    en: 'Bring a folder of policies to the server: difference and effect first, then all of it or nothing',
    ja: 'ポリシーのフォルダーをサーバーに反映する（差分と影響を示してから、すべてを一括で適用）',
  },
  'command.policy-simulate': {
    en: 'What rules would do to what exists, before they are in force',
    ja: 'ルールを有効にする前に、既存のオブジェクトへの影響を調べる',
  },
  'flag.export-dir': {
    en: 'Folder to write to; files of an earlier export that are gone are removed (default: standard output)',
    ja: '書き出し先のフォルダー。以前の書き出しで不要になったファイルは削除する（既定は標準出力）',
  },
  'flag.push-dry-run': { en: 'Only show difference and effect', ja: '差分と影響の表示のみ行う' },
  'flag.prune': {
    en: 'Remove what an earlier push brought and the folder lacks (gone), or let the folder win over an object made or changed elsewhere (KIND/ID); may be repeated',
    ja: '以前の反映で追加されフォルダーにないものを削除する（gone）、または別の場所で作成・変更されたもの（KIND/ID）よりフォルダーを優先する（複数指定可）',
  },
  'flag.from-manifests': {
    en: 'Judge these manifests instead of the objects of the cluster; no server is asked',
    ja: 'クラスターのオブジェクトの代わりにこのマニフェストを判定する（サーバー不要）',
  },
  'policy.exported': {
    en: '{files} files written to {folder}, {removed} removed',
    ja: '{folder} に {files} ファイルを書き出し、{removed} ファイルを削除しました',
  },
  'import.dropped': { en: 'dropped', ja: '対象外' },
  'import.stricter': { en: 'stricter', ja: 'より厳格' },
  'import.weaker': { en: 'weaker', ja: 'より緩い' },
  'import.different': { en: 'different', ja: '相違' },
  'import.summary': {
    en: '{rules} rules, {notes} notes; {lost} of them say that something is judged less than before',
    ja: 'ルール {rules} 件、注記 {notes} 件（うち {lost} 件は判定されなくなる内容があることを示します）',
  },
  'simulate.summary': {
    en: '{objects} objects judged: {denied} would newly be refused, {alerted} newly recorded or warned of, {allowed} newly allowed',
    ja: '{objects} オブジェクトを判定：新たに拒否 {denied}、新たに記録・警告 {alerted}、新たに許可 {allowed}',
  },
  'simulate.by-namespace': { en: 'newly refused, by namespace:', ja: '新たに拒否（名前空間別）：' },
  'simulate.by-owner': { en: 'newly refused, by owner:', ja: '新たに拒否（所有者別）：' },
  'simulate.by-rule': { en: 'newly refused, by rule:', ja: '新たに拒否（ルール別）：' },
  'simulate.examples': { en: 'examples:', ja: '例：' },
  'simulate.more': { en: '      and {count} more', ja: '      ほか {count} 件' },
  'sync.summary': {
    en: '{changes} changes, {drift} objects of drift, {unchanged} unchanged',
    ja: '変更 {changes} 件、差異 {drift} 件、変更なし {unchanged} 件',
  },
  'sync.create': { en: 'is added', ja: '追加します' },
  'sync.update': { en: 'is changed', ja: '変更します' },
  'sync.remove': { en: 'is removed', ja: '削除します' },
  'sync.unchanged': { en: 'stays as it is', ja: '変更ありません' },
  'sync.gone': {
    en: 'came with an earlier push and is in the folder no more; --prune gone removes it',
    ja: '以前の反映で追加されましたが、フォルダーにはありません（--prune gone で削除）',
  },
  'sync.foreign': { en: 'was made elsewhere and is not touched', ja: '別の場所で作成されたため変更しません' },
  'sync.conflict': {
    en: 'was made or changed elsewhere; --prune with its name lets the folder win',
    ja: '別の場所で作成または変更されています（--prune に名前を指定するとフォルダーを優先）',
  },
  'sync.no-effect': {
    en: 'no cluster is watched: what this would do to existing objects is not known',
    ja: '監視中のクラスターがないため、既存オブジェクトへの影響は分かりません',
  },
  'sync.applied': { en: 'applied', ja: '適用しました' },
} as const satisfies TextPart;
