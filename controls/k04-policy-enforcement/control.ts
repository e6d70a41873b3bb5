// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Lack of policy enforcement: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k04-policy-enforcement',
  owasp: { 2022: ['K04'], 2025: ['K04'] },
  title: { en: 'Lack of policy enforcement', ja: 'ポリシーの強制の欠如' },
  goal: {
    en: 'What a policy would stop (shells, package managers, foreign programs) is reported as it happens.',
    ja: 'ポリシーで止めるべき動作（シェル・パッケージマネージャー・外部プログラム）を、発生時に報告します。',
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
    'container.read-only-root',
    'runtime.dropped-executable',
    'runtime.package-manager',
    'runtime.shell-in-container',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Nothing is blocked yet: the product runs in Monitor.',
      ja: 'まだ何も遮断しません（監視モードのみ）。',
    },
    { en: 'There is no admission control.', ja: 'アドミッション制御はありません。' },
    { en: 'There are no policies as code.', ja: 'コードとしてのポリシーはありません。' },
  ],
};
