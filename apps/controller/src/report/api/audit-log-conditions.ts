// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditLogStatus, NodeCondition } from '@bartizan/contracts';

const SILENT_MS = 15 * 60_000;
/** Clocks that are further apart mislead whoever reads times. */
const AHEAD_MS = 5_000;
const MINUTE_MS = 60_000;

/** What a person should know about the audit log of API servers. Where none was ever sent there is nothing to say. */
export function auditLogConditions(status: AuditLogStatus, nowMs: number): NodeCondition[] {
  const { shed, broken, aheadMs, lastBatchAtMs } = status;
  const silentMs = lastBatchAtMs === undefined ? 0 : nowMs - lastBatchAtMs;
  const minutes = Math.floor(silentMs / MINUTE_MS);
  const conditions: NodeCondition[] = [];
  if (shed + broken > 0)
    conditions.push({
      code: 'audit-log.lost',
      severity: 'warning',
      message: {
        en: `Of the audit log of Kubernetes ${shed} detections were shed in floods, and ${broken} entries could not be read`,
        ja: `Kubernetes の監査ログについて、検出 ${shed} 件が集中時に破棄され、${broken} 項目を読み取れませんでした`,
      },
      remedy: {
        en: 'See `bartizan audit-log status`; the audit log of the API server itself still has everything.',
        ja: '`bartizan audit-log status` を確認してください。API サーバー自身の監査ログにはすべて残っています。',
      },
    });
  if (silentMs > SILENT_MS)
    conditions.push({
      code: 'audit-log.silent',
      severity: 'warning',
      message: {
        en: `No audit log of Kubernetes came in for ${minutes} minutes: attacks on the API server are not seen`,
        ja: `Kubernetes の監査ログを ${minutes} 分間受信していません。API サーバーへの攻撃を検出できません`,
      },
      remedy: {
        en: 'Look at the log of the API server for its audit webhook, and whether its key has ended.',
        ja: 'API サーバーのログで監査 Webhook の状態と、鍵が失効していないかを確認してください。',
      },
    });
  if (aheadMs > AHEAD_MS)
    conditions.push({
      code: 'audit-log.clock',
      severity: 'warning',
      message: {
        en: `The clock of an API server is ${Math.round(aheadMs / 1000)} seconds ahead of ours`,
        ja: `API サーバーの時計がこちらより ${Math.round(aheadMs / 1000)} 秒進んでいます`,
      },
      remedy: {
        en: 'Have both follow the same time; events keep the time of the API server.',
        ja: '双方の時刻を同期してください。イベントの時刻は API サーバーのものです。',
      },
    });
  return conditions;
}
