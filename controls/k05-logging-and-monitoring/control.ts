// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Inadequate logging and monitoring: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k05-logging-and-monitoring',
  owasp: { 2022: ['K05'], 2025: ['K10'] },
  title: { en: 'Inadequate logging and monitoring', ja: '不十分な記録と監視' },
  goal: {
    en: 'Every exec, connection, watched file and change of credentials is recorded with its ancestry; every loss is counted and shown; `bartizan audit verify` finds a change to the audit log.',
    ja: 'すべての exec・通信・監視対象ファイル・資格情報の変更を祖先つきで記録し、欠落は必ず数えて表示します。監査ログの改変は `bartizan audit verify` が検出します。',
  },
  prevents: [],
  detects: [
    'audit.cron-job-by-person',
    'audit.ephemeral-container',
    'audit.events-deleted',
    'audit.exec-in-system-namespace',
    'audit.exec-shell',
    'audit.mass-deletion',
    'audit.permissions-probed',
    'audit.port-forward',
    'audit.system-pod-created',
    'benchmark.kubernetes.apiserver-audit-age',
    'benchmark.kubernetes.apiserver-audit-backups',
    'benchmark.kubernetes.apiserver-audit-log',
    'benchmark.kubernetes.apiserver-audit-size',
    'benchmark.kubernetes.audit-coverage',
    'benchmark.kubernetes.audit-policy',
    'host.audit-recorder',
    'host.logs-persistent',
    'host.logs-remote',
    'host.time-sync',
    'runtime.command-entered',
    'runtime.fileless-execution',
    'runtime.shell-in-container',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Events are not sent to other systems (syslog, webhooks).',
      ja: '他システムへの送信（syslog・Webhook）には未対応です。',
    },
    {
      en: 'The audit log of Kubernetes comes in by the audit webhook or a file on a node with an agent; the log services of managed clusters are not read.',
      ja: 'Kubernetes の監査ログは、監査 Webhook またはエージェントがあるノードのファイルから受信します。マネージドクラスターのログサービスは読み取りません。',
    },
  ],
};
