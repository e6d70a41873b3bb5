// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Insecure workload configuration: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k01-workload-configuration',
  owasp: { 2022: ['K01'], 2025: ['K01'] },
  title: { en: 'Insecure workload configuration', ja: '安全でないワークロード設定' },
  goal: {
    en: 'Every running container is checked for privilege, host access and missing confinement within a minute of its start, and every failure names the setting to change.',
    ja: '稼働中のすべてのコンテナーについて、特権・ホストへの到達・隔離不足を起動後 1 分以内に検査し、変更すべき設定を示します。',
  },
  prevents: [],
  detects: [
    'container.dangerous-capabilities',
    'container.devices',
    'container.host-namespaces',
    'container.host-writes',
    'container.kernel-settings',
    'container.memory-limit',
    'container.no-new-privileges',
    'container.pids-limit',
    'container.privileged',
    'container.raw-sockets',
    'container.read-only-root',
    'container.runtime-sockets',
    'container.seccomp',
    'container.user',
    'host.setuid-files',
    'image.health-check',
    'image.setuid-files',
    'image.setuid-unowned',
    'image.user',
    'runtime.became-root',
    'runtime.capabilities-gained',
    'runtime.kernel-module-tool',
    'runtime.persistence-write',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Manifests are not judged before they run (admission).',
      ja: 'マニフェストを実行前に判定するアドミッションは未対応です。',
    },
    {
      en: 'Kubernetes fields that leave no trace in the kernel, such as automounted tokens, are not read.',
      ja: 'カーネルに現れない Kubernetes の設定（トークンの自動マウントなど）は読み取りません。',
    },
  ],
};
