// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditFileProblem, AuditLogStatus, LocalText, NodeCondition } from '@bartizan/contracts';

const SILENT_MS = 15 * 60_000;
/** Clocks that are further apart mislead whoever reads times. */
const AHEAD_MS = 5_000;
const MINUTE_MS = 60_000;
/** What is not read of a log file yet: a busy API server writes less in some seconds. */
const BEHIND_BYTES = 64 * 1024 * 1024;
const NAMED_MAX = 3;

const PROBLEMS: Readonly<Record<AuditFileProblem, LocalText>> = {
  gone: { en: 'it is not there', ja: '存在しません' },
  denied: { en: 'it may not be read', ja: '読み取りが許可されていません' },
  'no-file': { en: 'it is no regular file', ja: '通常のファイルではありません' },
  failed: { en: 'it cannot be read', ja: '読み取れません' },
};

/** What a person should know about the audit log of API servers. Where none was ever sent there is nothing to say. */
export function auditLogConditions(status: AuditLogStatus, nowMs: number): NodeCondition[] {
  const { shed, aheadMs, lastBatchAtMs, files } = status;
  const broken = files.reduce((sum, file) => sum + file.broken, status.broken);
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
  return [...conditions, ...fileConditions(files)];
}

/** What should be known of log files that agents follow. */
function fileConditions(files: AuditLogStatus['files']): NodeCondition[] {
  const conditions: NodeCondition[] = [];
  const missed = files.filter(({ gaps }) => gaps > 0);
  if (missed.length > 0) {
    const where = namesOf(missed);
    conditions.push({
      code: 'audit-log.gap',
      severity: 'warning',
      message: {
        en: `Audit log files were rotated away before they were read: ${where}`,
        ja: `読み取る前に、ローテーションで監査ログが失われました: ${where}`,
      },
      remedy: {
        en: 'Keep rotated files for some minutes, uncompressed, in the same folder.',
        ja: 'ローテーション後のファイルを、圧縮せず同じフォルダーに数分間残してください。',
      },
    });
  }
  for (const { name, path, problem } of files
    .filter((file) => file.problem !== undefined)
    .slice(0, NAMED_MAX))
    conditions.push({
      code: 'audit-log.file',
      severity: 'warning',
      message: {
        en: `The audit log ${path} on ${name} is not followed: ${PROBLEMS[problem ?? 'failed'].en}`,
        ja: `${name} の監査ログ ${path} を追跡できません: ${PROBLEMS[problem ?? 'failed'].ja}`,
      },
      remedy: {
        en: 'Look at --audit-log-path of the API server and at the rights of the file.',
        ja: 'API サーバーの --audit-log-path とファイルの権限を確認してください。',
      },
    });
  const late = files.filter(({ behindBytes }) => behindBytes > BEHIND_BYTES);
  if (late.length > 0)
    conditions.push({
      code: 'audit-log.behind',
      severity: 'warning',
      message: {
        en: `More than 64 MiB of audit log wait to be read: ${namesOf(late)}`,
        ja: `64 MiB を超える監査ログが未読です: ${namesOf(late)}`,
      },
      remedy: {
        en: 'Nothing is lost while the file stays; an audit policy that records less makes it faster.',
        ja: 'ファイルが残っている間は失われません。記録を絞った監査ポリシーにすると追いつきます。',
      },
    });
  return conditions;
}

const namesOf = (files: AuditLogStatus['files']): string =>
  files
    .slice(0, NAMED_MAX)
    .map(({ name, path }) => `${name}:${path}`)
    .join(', ')
    .slice(0, 600);
