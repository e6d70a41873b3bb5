// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Lack of policy enforcement: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k04-policy-enforcement',
  owasp: { 2022: ['K04'], 2025: ['K04'] },
  title: { en: 'Lack of policy enforcement', ja: 'ポリシーの強制の欠如' },
  goal: {
    en: 'What a policy forbids is refused before it exists in a cluster; what it would stop on a node (shells, package managers, foreign programs) is reported as it happens.',
    ja: 'ポリシーが禁じるものを、クラスターでの作成前に拒否します。ノード上で止めるべき動作（シェル・パッケージマネージャー・外部プログラム）は、発生時に報告します。',
  },
  prevents: [
    'admission.attach',
    'admission.custom-resource-definition-changed',
    'admission.default-namespace',
    'admission.direct-binding',
    'admission.ephemeral-container',
    'admission.exec',
    'admission.namespace-pod-security',
    'admission.namespace-pod-security-lowered',
    'admission.node-proxy',
    'admission.policy-changed',
    'admission.port-forward',
    'admission.rbac-change-admission',
    'admission.rbac-change-namespaces',
    'admission.webhook-changed',
  ],
  detects: [
    'audit.pod-security-lowered',
    'audit.policy-removed',
    'audit.webhook-removed',
    'audit.webhook-written',
    'cluster.policy-restored',
    'cluster.webhook-restored',
    'container.read-only-root',
    'runtime.dropped-executable',
    'runtime.package-manager',
    'runtime.shell-in-container',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'On nodes nothing is blocked yet: the agent runs in Monitor.',
      ja: 'ノード上ではまだ何も遮断しません（エージェントは監視モードのみ）。',
    },
    {
      en: 'Built-in admission rules warn or record until a binding enforces them, and requests pass while the controller is away, but for rules handed to the API server and in namespaces that fail closed.',
      ja: '組み込みのアドミッションルールは、バインディングで強制するまで警告または記録だけを行います。コントローラーの停止中は、API サーバーに任せたルールと拒否を選んだ名前空間を除いて、要求が通過します。',
    },
    {
      en: 'Rules as code are tested and asked from the command line; nothing follows a Git repository by itself.',
      ja: 'コードとしてのルールはコマンドラインで検証・判定できますが、Git リポジトリには自動で追従しません。',
    },
  ],
};
