// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of the commands about access for a time. */
export const ACCESS_REQUEST_TEXT = {
  'command.access-request': {
    en: 'Ask for a permission in the cluster for a time; somebody else approves it',
    ja: 'クラスターの権限を期限つきで申請する（承認は別の人が行います）',
  },
  'command.access-requests': {
    en: 'Requests for access, or one of them with its risk and its YAML',
    ja: 'アクセス申請の一覧、または 1 件のリスクと YAML を表示する',
  },
  'command.access-approve': {
    en: 'Approve a request of somebody else; it counts from now on and ends by itself',
    ja: '他者のアクセス申請を承認する（承認時点から有効になり、期限に自動で終了します）',
  },
  'command.access-refuse': { en: 'Refuse a request', ja: 'アクセス申請を却下する' },
  'command.access-end': {
    en: 'End access before its time, or withdraw a request',
    ja: '期限前にアクセスを終了する、または申請を取り下げる',
  },
  'arg.maybe-request': { en: 'Id of one request; left out: all', ja: '申請の ID（省略時はすべて）' },
  'flag.request-role': {
    en: 'Role that is there: ClusterRole/NAME or Role/NAME; this or --verb and --resource',
    ja: '既存のロール（ClusterRole/NAME または Role/NAME、--verb と --resource の代わり）',
  },
  'flag.request-verb': { en: 'Verb; may be repeated', ja: '動詞（複数指定可）' },
  'flag.request-resource': {
    en: 'Resource as RESOURCE[/SUBRESOURCE][.GROUP]; may be repeated',
    ja: 'リソース（RESOURCE[/SUBRESOURCE][.GROUP]、複数指定可）',
  },
  'flag.request-name': {
    en: 'Name of an object it is limited to; may be repeated',
    ja: '対象を限定するオブジェクトの名前（複数指定可）',
  },
  'flag.request-for': { en: 'How long: 15m to 24h', ja: '有効な長さ（15m～24h）' },
  'flag.request-reason': { en: 'Why it is needed', ja: '必要な理由' },
  'flag.request-note': { en: 'What is said about the decision', ja: '判断についてのコメント' },
  'flag.accept-risk': {
    en: 'The risk that is told is known and taken',
    ja: '示されたリスクを確認し、受け入れる',
  },
  'flag.requests-output': {
    en: 'Form: table, json, yaml, csv, or manifests for the objects of one request',
    ja: '形式（table、json、yaml、csv、または 1 件のオブジェクトを出力する manifests）',
  },
  'access.requests-one': {
    en: '-o manifests is about one request: name it',
    ja: '-o manifests を使うには、申請の ID を 1 つ指定してください',
  },
  'access.bad-subject': {
    en: '{text} is not User/x, Group/x or ServiceAccount/namespace/name',
    ja: '{text} は User/x、Group/x、ServiceAccount/名前空間/名前 のいずれでもありません',
  },
  'access.bad-length': {
    en: '{text} is not a length like 30m or 2h',
    ja: '{text} は 30m や 2h のような長さではありません',
  },
  'access.role-or-verbs': {
    en: 'give --role, or both --verb and --resource',
    ja: '--role、または --verb と --resource の両方を指定してください',
  },
  'access.request-path': {
    en: 'RISK: the grant opens a way to cluster-admin: {steps}',
    ja: 'リスク：この許可は cluster-admin への経路を開きます：{steps}',
  },
  'access.request-risks': {
    en: 'RISK: it gives more than it says: {risks}',
    ja: 'リスク：見かけ以上の権限につながります：{risks}',
  },
  'access.request-unknown': {
    en: 'RISK: not known, could not be read: {kinds}',
    ja: 'リスク：不明です。読み取れない種類：{kinds}',
  },
  'access.request-by-hand': {
    en: 'Proposed only: the controller may not write it. After the approval: bartizan access requests {id} -o manifests | kubectl apply -f -',
    ja: '提案のみ：コントローラーに書き込み権限がありません。承認後に適用：bartizan access requests {id} -o manifests | kubectl apply -f -',
  },
  'access.request-changed': {
    en: 'Changed in the cluster by {by}; left as it is until the end',
    ja: 'クラスター上で {by} により変更されました（期限まで元に戻しません）',
  },
  'access.request-until': { en: 'Ends at {until}', ja: '期限：{until}' },
  'column.request-state': { en: 'STATE', ja: '状態' },
  'column.request-grant': { en: 'GRANT', ja: '許可' },
  'column.request-risk': { en: 'RISK', ja: 'リスク' },
  'column.request-level': { en: 'LEVEL', ja: '反映方法' },
  'column.request-asked-by': { en: 'ASKED BY', ja: '申請者' },
  'column.request-ends': { en: 'ENDS', ja: '期限' },
} as const satisfies TextPart;
