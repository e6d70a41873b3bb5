// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Overly exposed components: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'x25-06-exposed-components',
  owasp: { 2022: [], 2025: ['K06'] },
  title: { en: 'Overly exposed components', ja: '過剰に公開されたコンポーネント' },
  goal: {
    en: 'Listeners on all interfaces, open runtime APIs and extra ways in are found on each host.',
    ja: '全インターフェースでの待ち受け・公開されたランタイム API・余分な入口を各ホストで検出します。',
  },
  prevents: [],
  detects: [
    'audit.service-exposed',
    'container.ssh-server',
    'host.docker-tcp',
    'host.exposed-listeners',
    'host.runtime-sockets',
    'host.ssh-empty-passwords',
    'host.ssh-passwords',
    'host.ssh-root-login',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Services, ingresses and load balancers of a cluster are not read.',
      ja: 'クラスターの Service・Ingress・ロードバランサーは読み取りません。',
    },
  ],
};
