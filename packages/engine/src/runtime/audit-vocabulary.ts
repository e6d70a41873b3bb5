// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FactRow, row } from './fact-row.ts';

/** Facts of one request in the audit log of an API server. */
export const AUDIT_FACTS: Readonly<Record<string, FactRow>> = {
  'audit.verb': row(
    'text',
    ['the verb', '動詞'],
    ['Verb of the request: get, list, create ...', '要求の動詞（get、list、create など）'],
  ),
  'audit.user': row('text', ['who asked', '要求者'], ['User name', 'ユーザー名']),
  'audit.groups': row(
    'list',
    ['the groups of who asked', '要求者のグループ'],
    ['Groups of the user', 'ユーザーのグループ'],
  ),
  'audit.user-kind': row(
    'text',
    ['what kind of user asked', '要求者の種類'],
    [
      'anonymous, service-account, node, system or person',
      'anonymous、service-account、node、system、person のいずれか',
    ],
  ),
  'audit.impersonated': row(
    'text',
    ['whom they act as', 'なりすまし先'],
    ['User that was impersonated; absent: nobody', 'なりすまし先のユーザー。なければ存在しない'],
  ),
  'audit.impersonated-groups': row(
    'list',
    ['the groups they act in', 'なりすまし先のグループ'],
    [
      'Groups of the user that was impersonated, those that the API server adds included; absent: nobody',
      'なりすまし先のユーザーのグループ（API サーバーが追加するものを含む）。なければ存在しない',
    ],
  ),
  'audit.impersonated-uid': row(
    'text',
    ['the uid they act with', 'なりすまし先の UID'],
    ['Uid that was impersonated; absent: none', 'なりすましに使われた UID。なければ存在しない'],
  ),
  'audit.impersonated-extras': row(
    'list',
    ['what else they act with', 'なりすまし先の追加情報'],
    [
      'Extra fields that were impersonated: key=value; absent: none',
      'なりすましに使われた追加フィールド（キー=値）。なければ存在しない',
    ],
  ),
  'audit.user-agent': row(
    'text',
    ['the client program', 'クライアント'],
    ['User agent without its comment', 'コメントを除いたユーザーエージェント'],
  ),
  'audit.source-scope': row(
    'text',
    ['where they asked from', '要求元の範囲'],
    [
      'loopback, private, link-local, public or unknown: the furthest of the source addresses',
      '要求元アドレスの範囲（loopback、private、link-local、public、unknown）',
    ],
  ),
  'audit.resource': row(
    'text',
    ['the resource', 'リソース'],
    ['Plural name of the resource', 'リソースの複数形の名前'],
  ),
  'audit.subresource': row(
    'text',
    ['the sub-resource', 'サブリソース'],
    ['Sub-resource; absent: none', 'サブリソース。なければ存在しない'],
  ),
  'audit.group': row(
    'text',
    ['the API group', 'API グループ'],
    ['API group; absent: core', 'API グループ。コアなら存在しない'],
  ),
  'audit.namespace': row(
    'text',
    ['the namespace', '名前空間'],
    ['Namespace; absent: of the whole cluster', '名前空間。クラスター全体なら存在しない'],
  ),
  'audit.own-namespace': row(
    'boolean',
    ['it is the namespace of the service account', 'サービスアカウント自身の名前空間である'],
    ['The service account asks in its own namespace', 'サービスアカウントが自身の名前空間で要求した'],
  ),
  'audit.deprecated-version': row(
    'text',
    ['the deprecated API version', '非推奨の API バージョン'],
    [
      'Version the request asked in, when the API server marks it as deprecated; absent: it does not',
      'API サーバーが非推奨と印を付けた、要求の API バージョン。なければ存在しない',
    ],
  ),
  'audit.removed-release': row(
    'text',
    ['the release that removes the version', 'バージョンを廃止するリリース'],
    [
      'Release of Kubernetes that serves it no more: 1.38',
      '提供を終了する Kubernetes のリリース（例：1.38）',
    ],
  ),
  'audit.name': row(
    'text',
    ['the name of the object', 'オブジェクト名'],
    ['Name; absent: many or none', '名前。複数または指定なしなら存在しない'],
  ),
  'audit.code': row(
    'number',
    ['the answer', '応答コード'],
    ['HTTP status of the answer', '応答の HTTP ステータス'],
  ),
  'audit.allowed': row(
    'boolean',
    ['it was allowed', '許可された'],
    ['The answer was below 400', '応答が 400 未満'],
  ),
  'audit.path': row(
    'text',
    ['the path', 'パス'],
    ['Path of the request without its query', 'クエリーを除いた要求パス'],
  ),
  'audit.command': row(
    'list',
    ['the command', 'コマンド'],
    ['Command of exec, as asked', 'exec で要求されたコマンド'],
  ),
  'audit.role': row(
    'text',
    ['the role that is bound', 'バインドされるロール'],
    [
      'Kind and name of the role a binding refers to, when the audit policy records requests',
      'バインディングが参照するロールの種類と名前（要求が記録される場合）',
    ],
  ),
  'audit.subjects': row(
    'list',
    ['who gets the role', 'ロールを得る対象'],
    ['Subjects of a binding: Kind:name', 'バインディングの対象（種類:名前）'],
  ),
  'audit.privileged': row(
    'boolean',
    ['the pod is privileged', 'Pod が特権である'],
    [
      'A container of the request is privileged, or shares a namespace of the host',
      '要求された Pod が特権、またはホストの名前空間を共有する',
    ],
  ),
  'audit.host-paths': row(
    'list',
    ['the host paths', 'ホストパス'],
    ['Paths of the node that the pod mounts', 'Pod がマウントするノードのパス'],
  ),
  'audit.object-type': row(
    'text',
    ['the type of the object', 'オブジェクトの種別'],
    ['Type of a Service or a Secret in the request', '要求された Service または Secret の種別'],
  ),
  'audit.wildcard-rule': row(
    'boolean',
    ['the role allows everything on something', 'ロールにワイルドカードがある'],
    [
      'A rule of the role in the request has a wildcard verb or resource',
      '要求されたロールの規則にワイルドカードの動詞またはリソースがある',
    ],
  ),
  'audit.risky-verbs': row(
    'list',
    ['the risky verbs of the role', 'ロールの危険な動詞'],
    [
      'escalate, bind, impersonate in the rules of the role in the request',
      '要求されたロールに含まれる escalate・bind・impersonate',
    ],
  ),
  'audit.pod-security': row(
    'text',
    ['the Pod Security level of the namespace', '名前空間の Pod Security レベル'],
    [
      'Level that the namespace in the request enforces; privileged also when a patch takes the label away',
      '要求された名前空間が強制するレベル（パッチがラベルを取り除いたときも privileged）',
    ],
  ),
  'audit.admission-off': row(
    'boolean',
    ['what is written refuses nothing', '書き込まれた内容が何も拒否しない'],
    [
      'The admission configuration that was written has no webhook with rules, no validation, or no action Deny; absent: not known',
      '書き込まれたアドミッション設定に、ルールを持つ Webhook・検証・Deny アクションのいずれもない。不明なら存在しない',
    ],
  ),
  'audit.dry-run': row(
    'boolean',
    ['it only tries', '試行のみ'],
    [
      'The request asks for a dry run, which writes nothing; absent: it does not',
      '何も書き込まないドライランの要求。そうでなければ存在しない',
    ],
  ),
};
