// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Cluster to cloud lateral movement: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'x25-08-cluster-to-cloud',
  owasp: { 2022: [], 2025: ['K08'] },
  title: { en: 'Cluster to cloud lateral movement', ja: 'クラスターからクラウドへの侵害拡大' },
  goal: {
    en: 'Contact with the metadata service, pods that may reach it, roles of the cloud that too many pods have, and permanent cloud keys on a host are found.',
    ja: 'メタデータサービスへの接続、到達可能な Pod、過剰に共有されたクラウドのロール、ホスト上の恒久的なクラウドの鍵を検出します。',
  },
  prevents: ['admission.network-policy-internet'],
  detects: [
    'cloud.default-account-role',
    'cloud.exposed-pod-role',
    'cloud.metadata-reachable',
    'host.cloud-keys',
    'runtime.metadata-service',
    'runtime.runtime-client',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    { en: 'Rights of cloud identities are not read.', ja: 'クラウド側の ID の権限は読み取りません。' },
  ],
};
