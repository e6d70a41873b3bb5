// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Missing network segmentation: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k07-network-segmentation',
  owasp: { 2022: ['K07'], 2025: ['K05'] },
  title: { en: 'Missing network segmentation', ja: 'ネットワーク分離の欠如' },
  goal: {
    en: 'Every connection of every container is on the map within ten seconds; a reverse shell is reported within one.',
    ja: 'すべてのコンテナーの通信を 10 秒以内にマップへ表示し、リバースシェルは 1 秒以内に報告します。',
  },
  prevents: [
    'admission.host-network',
    'admission.ingress-snippets',
    'admission.ingress-tls',
    'admission.ingress-wildcard-host',
    'admission.network-policy-everybody',
    'admission.network-policy-internet',
    'admission.service-external-ips',
    'admission.service-external-name',
    'admission.service-load-balancer',
    'admission.service-node-port',
  ],
  detects: [
    'audit.network-policy-removed',
    'benchmark.kubernetes.network-plugin',
    'benchmark.kubernetes.network-policies',
    'container.raw-sockets',
    'exposed.without-policy',
    'host.exposed-listeners',
    'network.default-deny',
    'network.pod-without-policy',
    'runtime.mining-pool-connection',
    'runtime.network-tool',
    'runtime.reverse-shell',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: "Network policies are read as declared: whether the network plugin enforces them is not tested, policies in kinds of a plugin's own are not read, and none are proposed.",
      ja: 'ネットワークポリシーは宣言された内容を読み取るだけで、プラグインによる適用は確認しません。プラグイン独自の種類のポリシーの読み取りと、ポリシーの提案には未対応です。',
    },
    { en: 'Traffic is not blocked.', ja: '通信は遮断しません。' },
    {
      en: 'Of what is inside connections only the protocol and the host name asked for are read, from the first bytes; the rest is not inspected, and no rule uses it yet.',
      ja: '通信の内容は、先頭バイトから読み取るプロトコルと接続先ホスト名のみを表示します。それ以外は検査せず、ルールでの利用には未対応です。',
    },
  ],
};
