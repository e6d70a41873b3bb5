// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Overly permissive access rights: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k03-rbac',
  owasp: { 2022: ['K03'], 2025: ['K02'] },
  title: { en: 'Overly permissive access rights', ja: '過剰な権限' },
  goal: {
    en: 'Permissions that give more than they say and ways to cluster administrator are reported as findings; commands entered into containers from outside are reported within a second with who started them on the node.',
    ja: '見かけ以上の権限につながる許可とクラスター管理者に至る経路を検出結果として報告します。コンテナーへ外部から送り込まれたコマンドを、ノード上の起動元とともに 1 秒以内に報告します。',
  },
  prevents: [
    'admission.attach',
    'admission.bind-all-users',
    'admission.bind-anonymous',
    'admission.bind-cluster-admin',
    'admission.bind-default-account',
    'admission.bind-masters',
    'admission.default-service-account-token',
    'admission.ephemeral-container',
    'admission.exec',
    'admission.node-proxy',
    'admission.port-forward',
    'admission.rbac-aggregation',
    'admission.rbac-approve-certificates',
    'admission.rbac-change-admission',
    'admission.rbac-change-namespaces',
    'admission.rbac-create-pods',
    'admission.rbac-create-tokens',
    'admission.rbac-delete-everything',
    'admission.rbac-escalate',
    'admission.rbac-exec',
    'admission.rbac-impersonate',
    'admission.rbac-node-proxy',
    'admission.rbac-persistent-volumes',
    'admission.rbac-read-secrets',
    'admission.rbac-wildcard-resources',
    'admission.rbac-wildcard-verbs',
    'admission.risky-service-account',
    'admission.service-account-token',
  ],
  detects: [
    'access.path-to-admin',
    'access.risky-permission',
    'audit.anonymous-bound',
    'audit.cluster-admin-bound',
    'audit.escalation-role',
    'audit.wildcard-role',
    'cloud.default-account-role',
    'runtime.command-entered',
    'runtime.runtime-client',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Rights given by an authorizer other than RBAC (webhooks, Node) are not known.',
      ja: 'RBAC 以外の認可（Webhook、Node）で与えられる権限は把握しません。',
    },
    { en: 'Unused rights are not found.', ja: '使われていない権限は検出しません。' },
    { en: 'The audit log of the API server is not read.', ja: 'API サーバーの監査ログは読み取りません。' },
  ],
};
