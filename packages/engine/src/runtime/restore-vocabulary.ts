// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FactRow, row } from './fact-row.ts';

/** Facts of one object of ours that the controller put back in a cluster. */
export const RESTORE_FACTS: Readonly<Record<string, FactRow>> = {
  'restore.kind': row(
    'text',
    ['the kind of the object', 'オブジェクトの種類'],
    ['Kind of the object, as the API server names it', 'API サーバーでのオブジェクトの種類'],
  ),
  'restore.name': row('text', ['the name of the object', 'オブジェクト名'], ['Name', '名前']),
  'restore.change': row(
    'text',
    ['what was done to it', '加えられた操作'],
    ['deleted or changed', 'deleted（削除）または changed（変更）'],
  ),
  'restore.user': row(
    'text',
    ['who did it', '操作した者'],
    [
      'User of the audit log, else the last writer that the object names; absent: not known',
      '監査ログのユーザー、なければオブジェクトに残る最後の書き込み元。不明なら存在しない',
    ],
  ),
  'restore.user-source': row(
    'text',
    ['how it is known who did it', '操作した者の情報源'],
    ['audit-log, managed-fields or unknown', 'audit-log、managed-fields、unknown のいずれか'],
  ),
  'restore.away-ms': row(
    'number',
    ['how long it was away', '失われていた時間'],
    [
      'Milliseconds until it was back; when found by the regular look, the longest it can have been',
      '復元までのミリ秒。定期確認で見つけた場合は最長の時間',
    ],
  ),
  'restore.noticed': row(
    'text',
    ['how it was noticed', '気付いた方法'],
    [
      'watch: told by the API server at once; look: found by the look every 30 seconds',
      'watch: API サーバーからの通知。look: 30 秒ごとの確認',
    ],
  ),
};
