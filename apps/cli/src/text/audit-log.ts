// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of judging audit logs of Kubernetes. */
export const AUDIT_LOG_TEXT = {
  'arg.audit-logs': {
    en: 'Audit log of an API server, one JSON event a line, or - for the standard input',
    ja: 'API サーバーの監査ログ（1 行に 1 つの JSON イベント）、または標準入力を表す -',
  },
  'audit-log.dropped': {
    en: '{dropped} more matches are not listed: too many different ones',
    ja: '種類が多すぎるため、さらに {dropped} 件の一致を表示していません',
  },
  'audit-log.summary': {
    en: '{lines} lines, {judged} requests judged, {unread} lines not readable',
    ja: '{lines} 行、判定した要求 {judged} 件、読み取れない行 {unread} 件',
  },
  'audit-status.ahead': {
    en: 'Clock of the API server ahead by',
    ja: 'API サーバーの時計の進み',
  },
  'audit-status.batches': { en: 'Batches taken', ja: '受信したバッチ' },
  'audit-status.broken': { en: 'Entries that are no event', ja: 'イベントとして読めない項目' },
  'audit-status.busy': {
    en: 'Batches turned away, sent again later',
    ja: '混雑で断ったバッチ（後で再送）',
  },
  'audit-status.delay': { en: 'Age of the newest event when it came', ja: '最新イベントの到着遅延' },
  'audit-status.detections': { en: 'Detections', ja: '検出' },
  'audit-status.events': { en: 'Events in them', ja: 'イベント' },
  'audit-status.file': {
    en: 'read to byte {position}, {behind} bytes behind, {lines} lines',
    ja: '{position} バイトまで読取済み、未読 {behind} バイト、{lines} 行',
  },
  'audit-status.file-lost': {
    en: '{broken} lines not readable, {rotations} rotations, {gaps} gaps, {skipped} bytes before the first look',
    ja: '読めない行 {broken}、ローテーション {rotations} 回、欠落 {gaps} 回、追跡開始前の {skipped} バイトは対象外',
  },
  'audit-status.judged': { en: 'Requests judged', ja: '判定した要求' },
  'audit-status.last': { en: 'Last batch', ja: '最後のバッチ' },
  'audit-status.problem-denied': { en: 'it may not be read', ja: '読み取りが許可されていません' },
  'audit-status.problem-failed': { en: 'it cannot be read', ja: '読み取れません' },
  'audit-status.problem-gone': { en: 'it is not there', ja: '存在しません' },
  'audit-status.problem-no-file': { en: 'it is no regular file', ja: '通常のファイルではありません' },
  'audit-status.repeated': { en: 'Requests known already', ja: '受信済みの要求' },
  'audit-status.shed': { en: 'Detections lost: too many at once', ja: '多すぎて失われた検出' },
  'audit-status.since': { en: 'Counted since', ja: '集計の開始' },
  'audit-status.told': { en: 'Events kept, repeats folded', ja: '保存したイベント（繰り返しは集約）' },
  'audit-webhook.next': {
    en: 'Put both files where the API server reads them, give it the flags above, and run this again before {until}: the key ends then.',
    ja: '2 つのファイルを API サーバーが読める場所に置き、上のフラグを指定してください。鍵は {until} に失効するため、それまでに再実行してください。',
  },
  'audit-webhook.retired': {
    en: '{count} earlier keys of this name end in {hours} h: API servers that use them are turned away then.',
    ja: '同じ名前の以前の鍵 {count} 個は {hours} 時間後に失効します。それらを使う API サーバーはその後拒否されます。',
  },
  'audit-webhook.written': {
    en: 'Written: {kubeconfig} (holds the key) and {policy}',
    ja: '{kubeconfig}（鍵を含む）と {policy} を書き込みました',
  },
  'column.count': { en: 'COUNT', ja: '回数' },
  'command.audit-log': {
    en: 'Audit logs of Kubernetes API servers',
    ja: 'Kubernetes API サーバーの監査ログ',
  },
  'command.audit-log-status': {
    en: 'How the audit log of the API servers comes in',
    ja: 'API サーバーの監査ログの受信状況を表示する',
  },
  'command.cluster-audit-webhook': {
    en: 'Make what an API server needs to send its audit log',
    ja: 'API サーバーが監査ログを送信するための設定を作成する',
  },
  'flag.audit-days': { en: 'Lifetime of the key in days (default 365)', ja: '鍵の有効日数（既定 365）' },
  'flag.audit-dir': {
    en: 'Folder of the two files (default bartizan-audit)',
    ja: '2 つのファイルの保存先（既定 bartizan-audit）',
  },
  'flag.audit-name': {
    en: 'Name of the cluster or API server (default cluster)',
    ja: 'クラスターまたは API サーバーの名前（既定 cluster）',
  },
  'flag.audit-others-end-in': {
    en: 'Hours after which earlier keys of this name end; 0: at once (default: they go on)',
    ja: '同じ名前の以前の鍵が失効するまでの時間数。0 は直ちに（既定は失効させない）',
  },
  'flag.audit-server': {
    en: 'Where API servers reach the controller: https://HOST:PORT',
    ja: 'API サーバーからコントローラーに到達する URL（https://HOST:PORT）',
  },
  'command.audit-log-judge': {
    en: 'Find attacks in an audit log',
    ja: '監査ログから攻撃を検出する',
  },
} as const satisfies TextPart;
