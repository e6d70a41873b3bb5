// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Outdated and vulnerable components: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k10-vulnerable-components',
  owasp: { 2022: ['K10'], 2025: ['K07'] },
  title: { en: 'Outdated and vulnerable components', ja: '古く脆弱なコンポーネント' },
  goal: {
    en: 'Every package is held against dated advisories; exploited and fixable flaws come first, and what cannot be judged says so.',
    ja: 'すべてのパッケージを日付つきの脆弱性情報と照合し、悪用済み・修正可能なものを優先して示し、判定できないものはその旨を示します。',
  },
  prevents: [
    'admission.deprecated-api',
    'admission.disruption-budget',
    'admission.image-critical-vulnerabilities',
    'admission.image-exploited-vulnerabilities',
    'admission.image-high-vulnerabilities',
    'admission.image-likely-exploited',
    'admission.ingress-snippets',
    'admission.retired-registry',
  ],
  detects: [
    'host.automatic-updates',
    'host.cpu-flaws',
    'host.kernel-supported',
    'host.package-lists-fresh',
    'host.reboot',
    'host.release-supported',
    'host.security-updates',
    'version.deprecated-api',
    'version.known-vulnerability',
    'version.skew',
    'version.supported',
    'vulnerability.critical-fixable',
    'vulnerability.high-fixable',
    'vulnerability.known-exploited',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Of the parts of a cluster, the API server, kubelets, containerd, etcd and CoreDNS are held against advisories, by their version; one that a distribution maintains is unknown.',
      ja: 'クラスターの構成要素のうち脆弱性情報と照合するのは API サーバー・kubelet・containerd・etcd・CoreDNS で、バージョンで判定します。配布元が保守するバージョンは「不明」です。',
    },
  ],
};
