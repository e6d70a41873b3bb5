// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** 使用中の API バージョン。 */
export const apiUses = {
  'api-uses.title': '使用中の API バージョン',
  'api-uses.note': '今後のリリースで廃止される Kubernetes API バージョンの使用者・場所・移行先',
  'api-uses.version': 'バージョン',
  'api-uses.kind': '種類',
  'api-uses.by': '使用者',
  'api-uses.how': '方法',
  'api-uses.removed-in': '廃止リリース',
  'api-uses.instead': '移行先',
  'api-uses.last': '最終確認',
  'api-uses.gone': '{release}（廃止済み）',
  'api-uses.no-release': '時期未定',
  'api-uses.nothing': 'なし',
  'api-uses.own': 'Kubernetes 自身',
  'api-uses.how.written': '書き込み',
  'api-uses.how.applied': '適用',
  'api-uses.how.manifest': 'マニフェスト',
  'api-uses.how.requested': '要求',
  'api-uses.none': '廃止されるバージョンは使われていません',
  'api-uses.none-known': '使用は確認されていませんが、把握できていない範囲があります',
  'api-uses.none.note': 'フィールドマネージャー、適用済みマニフェスト、監査ログから確認しました。',
  'api-uses.unknown.readers': '監査ログを 1 日以上受け取っていないため、読み取るだけの使用者は不明です。',
  'api-uses.unknown.writers': '次の種類のオブジェクトはすべては把握できていません：{kinds}',
} as const;
