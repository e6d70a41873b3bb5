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
  'column.count': { en: 'COUNT', ja: '回数' },
  'command.audit-log': {
    en: 'Audit logs of Kubernetes API servers',
    ja: 'Kubernetes API サーバーの監査ログ',
  },
  'command.audit-log-judge': {
    en: 'Find attacks in an audit log',
    ja: '監査ログから攻撃を検出する',
  },
} as const satisfies TextPart;
