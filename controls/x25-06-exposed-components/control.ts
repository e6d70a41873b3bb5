// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Overly exposed components: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'x25-06-exposed-components',
  owasp: { 2022: [], 2025: ['K06'] },
  title: { en: 'Overly exposed components', ja: '過剰に公開されたコンポーネント' },
  goal: {
    en: 'Listeners on all interfaces, open runtime APIs and extra ways in are found on each host; services, ingresses and host ports of a cluster are listed with what is behind them, and administration pages among them are findings.',
    ja: '全インターフェースでの待ち受け・公開されたランタイム API・余分な入口を各ホストで検出します。クラスターの Service・Ingress・ホストポートは背後の Pod とともに一覧にし、公開された管理画面を検出します。',
  },
  prevents: [],
  detects: [
    'audit.service-exposed',
    'container.ssh-server',
    'exposed.administration',
    'exposed.answers-strangers',
    'exposed.without-policy',
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
      en: 'Exposure is read from the objects of the cluster: firewalls of the cloud and of the site are not asked; components of Kubernetes are tried only when somebody asks for it, from where the controller runs.',
      ja: '公開範囲はクラスターのオブジェクトから判定します。クラウドや拠点のファイアウォールは参照しません。Kubernetes のコンポーネントへの接続確認は、指示があった場合にのみコントローラーの位置から行います。',
    },
  ],
};
