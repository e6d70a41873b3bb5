// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of the commands about access in a cluster. */
export const ACCESS_TEXT = {
  'arg.access-verb': {
    en: 'Verb: get, list, create, delete ...',
    ja: '動詞（get、list、create、delete など）',
  },
  'arg.access-resource': {
    en: 'Resource as RESOURCE[/SUBRESOURCE][.GROUP], or a path that starts with /',
    ja: 'リソース（RESOURCE[/SUBRESOURCE][.GROUP]）、または / で始まるパス',
  },
  'arg.access-subject': {
    en: 'User name, User/x, Group/x or ServiceAccount/namespace/name',
    ja: 'ユーザー名、User/x、Group/x、または ServiceAccount/名前空間/名前',
  },
  'arg.access-from': { en: 'Start: NAMESPACE/POD', ja: '接続元（NAMESPACE/POD）' },
  'arg.access-to': { en: 'Target: NAMESPACE/POD', ja: '接続先（NAMESPACE/POD）' },
  'command.access': {
    en: 'Who may do what in a cluster, and which pod may reach which',
    ja: 'クラスターで誰が何をできるか、どの Pod がどこに到達できるか',
  },
  'command.access-who-can': { en: 'Who may do something', ja: '操作を許可されている利用者を表示する' },
  'command.access-what-can': { en: 'What somebody may do', ja: '利用者に許可されている操作を表示する' },
  'command.access-paths': {
    en: 'The shortest way of somebody to cluster-admin (exit code 3 when there is one)',
    ja: 'cluster-admin に至る最短経路を表示する（経路があれば終了コード 3）',
  },
  'command.access-reach': {
    en: 'Whether a pod may reach another by the network policies',
    ja: 'ネットワークポリシー上、Pod から別の Pod に到達できるかを表示する',
  },
  'command.access-exposure': {
    en: 'What is reachable from outside the cluster',
    ja: 'クラスター外から到達できるものを表示する',
  },
  'command.access-secrets': {
    en: 'Secrets, what uses each, who may read it and when it was changed; values are never read',
    ja: 'Secret の使用元・読み取れる主体・最終更新日を表示する（値は読み取りません）',
  },
  'command.access-components': {
    en: 'Parts of the cluster with the end of their support',
    ja: 'クラスターの構成要素とサポート終了日を表示する',
  },
  'command.access-api-uses': {
    en: 'Who uses versions of the Kubernetes API that go, where, and until which release',
    ja: '廃止される Kubernetes API バージョンの使用者・場所・廃止リリースを表示する',
  },
  'access.api-unheard': {
    en: 'Who only asks, and writes nothing, is unknown: no audit log was heard within a day.',
    ja: '監査ログを 1 日以上受け取っていないため、書き込まずに読むだけの使用者は不明です。',
  },
  'access.api-unread': {
    en: 'Objects of these kinds are not all known: {kinds}',
    ja: '次の種類のオブジェクトはすべては把握できていません：{kinds}',
  },
  'command.access-probes': {
    en: 'Harmless requests without credentials that prove exposure; sent only with --run',
    ja: '公開状態を確かめる認証なしの無害なリクエスト（送信は --run を指定した場合のみ）',
  },
  'flag.access-run': { en: 'Send them now, once', ja: '今すぐ 1 回送信する' },
  'access.probed': {
    en: '{asked} probes: {open} answered a stranger, {refused} asked for credentials, {closed} closed, {silent} without an answer',
    ja: 'プローブ {asked} 件：認証なしで応答 {open}、認証を要求 {refused}、閉鎖 {closed}、無応答 {silent}',
  },
  'column.probe-outcome': { en: 'OUTCOME', ja: '結果' },
  'column.probe-url': { en: 'REQUEST', ja: 'リクエスト' },
  'column.probe-said': { en: 'ANSWER', ja: '応答' },
  'column.probe-what': { en: 'MEANING', ja: '意味' },
  'flag.access-server': {
    en: 'With --from: version of the API server, for the skew of kubelets',
    ja: '--from と併用：kubelet との差を判定するための API サーバーのバージョン',
  },
  'access.no-filter': {
    en: '--filter and --sort are for the server: with --from, filter the JSON output',
    ja: '--filter と --sort はサーバーへの問い合わせ用です。--from では JSON 出力を絞り込んでください',
  },
  'column.namespace': { en: 'NAMESPACE', ja: '名前空間' },
  'column.exposure-way': { en: 'WAY', ja: '公開方法' },
  'column.exposure-ports': { en: 'PORTS', ja: 'ポート' },
  'column.exposure-addresses': { en: 'ADDRESSES', ja: 'アドレス' },
  'column.exposure-pods': { en: 'PODS', ja: 'Pod 数' },
  'column.exposure-guard': { en: 'GUARDED', ja: 'ポリシー適用' },
  'column.exposure-component': { en: 'COMPONENT', ja: 'コンポーネント' },
  'column.secret-users': { en: 'USED BY', ja: '使用元' },
  'column.secret-readers': { en: 'READERS', ja: '読み取れる主体' },
  'column.secret-changed': { en: 'CHANGED', ja: '最終更新' },
  'column.secret-everybody': { en: 'EVERYONE', ja: '全員を含む主体' },
  'column.component-product': { en: 'PART', ja: '構成要素' },
  'column.component-where': { en: 'WHERE', ja: '場所' },
  'column.component-support': { en: 'SUPPORT', ja: 'サポート' },
  'column.component-end': { en: 'ENDS', ja: '終了日' },
  'column.component-advisories': { en: 'ADVISORIES', ja: '脆弱性' },
  'column.component-api-uses': { en: 'OLD APIS', ja: '旧 API' },
  'column.api-removed': { en: 'GONE IN', ja: '廃止' },
  'column.api-version': { en: 'VERSION', ja: 'バージョン' },
  'column.api-instead': { en: 'INSTEAD', ja: '移行先' },
  'column.api-by': { en: 'WHO', ja: '使用者' },
  'column.api-how': { en: 'HOW', ja: '方法' },
  'column.api-last': { en: 'LAST', ja: '最終' },
  'column.component-behind': { en: 'BEHIND', ja: '遅れ' },
  'command.access-unused': {
    en: 'What somebody was granted and did not use, with a smaller role',
    ja: '許可されたが使われていない操作と、より小さいロールを表示する',
  },
  'arg.access-maybe-subject': {
    en: 'User name, User/x or ServiceAccount/namespace/name; left out: everybody whom a binding names',
    ja: 'ユーザー名、User/x、または ServiceAccount/名前空間/名前（省略時はバインディングで指定されたすべて）',
  },
  'access.unused-one': {
    en: '--groups, --minimum-hours and -o manifests are about one subject: name it',
    ja: '--groups、--minimum-hours、-o manifests を使うには、対象を 1 つ指定してください',
  },
  'access.unused-all': {
    en: '--filter, --sort and --limit are about the list: leave the subject out',
    ja: '--filter、--sort、--limit は一覧用です。対象の指定を省略してください',
  },
  'column.access-unseen-is': { en: 'NOT SEEN MEANS', ja: '未観測の意味' },
  'column.access-idle': { en: 'BINDINGS WITHOUT USE', ja: '未使用のバインディング' },
  'flag.access-unused-output': {
    en: 'Form: table, json, yaml, csv, or manifests for the smaller role alone',
    ja: '形式（table、json、yaml、csv、または提案ロールだけの manifests）',
  },
  'flag.access-minimum-hours': {
    en: 'Hours the audit log has to be followed before not seen means not used (default 720)',
    ja: '「未観測」を「未使用」とみなすのに必要な監査ログの追跡時間（既定 720 時間）',
  },
  'column.access-scope': { en: 'SCOPE', ja: '範囲' },
  'column.access-origin': { en: 'ORIGIN', ja: '由来' },
  'column.access-used': { en: 'USED', ja: '使用' },
  'column.access-unseen': { en: 'NOT SEEN', ja: '未観測' },
  'access.unseen-unused': {
    en: 'The audit log was followed for {watched} h ({needed} h are needed): what was not seen is not used',
    ja: '監査ログを {watched} 時間追跡しました（必要 {needed} 時間）。未観測の操作は使われていません',
  },
  'access.unseen-not-known': {
    en: 'The audit log was followed for {watched} h ({needed} h are needed): what was not seen may still be used',
    ja: '監査ログの追跡は {watched} 時間です（必要 {needed} 時間）。未観測の操作も使われている可能性があります',
  },
  'access.unseen-not-watched': {
    en: 'No audit log comes in: nothing is known about use (see `bartizan cluster audit-webhook`)',
    ja: '監査ログを受信していないため、使用状況は不明です（`bartizan cluster audit-webhook` を参照）',
  },
  'access.window-gap': {
    en: 'Nothing was heard for {gap} h within the window',
    ja: '期間中 {gap} 時間は何も受信していません',
  },
  'access.window-cut': {
    en: 'Not everything that was used could be kept: nothing is called unused',
    ja: '使用状況のすべては保持できなかったため、未使用とは判定しません',
  },
  'access.proposal': {
    en: 'The smaller role (-o manifests) still allows {allowed} of {checked} requests that were seen and are allowed now',
    ja: '提案ロール（-o manifests）は、観測済みで現在許可されている要求 {checked} 件のうち {allowed} 件を引き続き許可します',
  },
  'access.proposal-replaces': {
    en: 'Then take the subject out of: {bindings}',
    ja: '適用後に主体を取り除くバインディング: {bindings}',
  },
  'access.proposal-path-closed': {
    en: 'The way to cluster-admin that there is now is closed by it',
    ja: '現在ある cluster-admin への経路はなくなります',
  },
  'access.proposal-path-stays': {
    en: 'A way to cluster-admin stays: it needs what was used, or is given to a group',
    ja: 'cluster-admin への経路は残ります（使用中の操作、またはグループの許可によるもの）',
  },
  'flag.access-source': {
    en: 'Manifests instead of a server: file, folder or - for the standard input; may be repeated',
    ja: 'サーバーの代わりに使うマニフェスト（ファイル、フォルダー、または標準入力を表す -、複数指定可）',
  },
  'flag.access-namespace': {
    en: 'Namespace (default: the whole cluster)',
    ja: '名前空間（既定はクラスター全体）',
  },
  'flag.access-name': { en: 'Name of the object (default: any)', ja: 'オブジェクトの名前（既定は任意）' },
  'flag.access-groups': {
    en: 'Groups of the user, separated by commas',
    ja: '利用者のグループ（コンマ区切り）',
  },
  'flag.access-port': { en: 'Port of the target', ja: '接続先のポート' },
  'flag.access-protocol': { en: 'Protocol', ja: 'プロトコル' },
  'column.access-subject': { en: 'SUBJECT', ja: '主体' },
  'column.access-binding': { en: 'BINDING', ja: 'バインディング' },
  'column.access-role': { en: 'ROLE', ja: 'ロール' },
  'column.access-rule': { en: 'RULE', ja: '規則' },
  'column.access-from': { en: 'FROM', ja: '起点' },
  'column.access-to': { en: 'TO', ja: '到達先' },
  'column.access-words': { en: 'BY', ja: '手段' },
  'column.access-direction': { en: 'SIDE', ja: '方向' },
  'column.access-reach': { en: 'VERDICT', ja: '判定' },
  'column.access-because': { en: 'BECAUSE', ja: '理由' },
  'column.access-policies': { en: 'POLICIES', ja: 'ポリシー' },
  'access.answer': { en: '{question}: {count} grants', ja: '{question}：{count} 件' },
  'access.always': {
    en: 'also, before any role is asked: {who}',
    ja: 'ロールの判定より前に常に許可される主体：{who}',
  },
  'access.partial': {
    en: 'only a part is known; could not be read: {kinds}',
    ja: '一部しか分かっていません。読み取れない種類：{kinds}',
  },
  'access.cut': {
    en: 'the first {count} of {total} are shown',
    ja: '{total} 件のうち先頭 {count} 件を表示しています',
  },
  'access.no-path': {
    en: 'no way from {who} to cluster-admin is known',
    ja: '{who} から cluster-admin に至る経路は見つかっていません',
  },
  'access.maybe-path': {
    en: 'whether {who} can reach cluster-admin is unknown',
    ja: '{who} が cluster-admin に到達できるかどうかは不明です',
  },
  'access.reach-verdict': {
    en: '{from} to {to}, {protocol} port {port}: {verdict}',
    ja: '{from} から {to}（{protocol} ポート {port}）：{verdict}',
  },
  'access.not-read': {
    en: '{file}:{line}: {detail}; the answer lacks what is in there',
    ja: '{file}:{line}：{detail}（この内容は回答に含まれません）',
  },
  'access.bad-end': { en: '{text} is not NAMESPACE/POD', ja: '{text} は NAMESPACE/POD の形式ではありません' },
  'access.no-pod': {
    en: 'there is no pod {text} in what was read',
    ja: '読み取った内容に Pod {text} はありません',
  },
} as const satisfies TextPart;
