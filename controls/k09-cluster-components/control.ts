// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Misconfigured cluster components: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k09-cluster-components',
  owasp: { 2022: ['K09'], 2025: ['K06'] },
  title: { en: 'Misconfigured cluster components', ja: 'クラスターコンポーネントの設定不備' },
  goal: {
    en: 'The host below the containers is checked each hour: runtime sockets, kernel settings, daemons.',
    ja: 'コンテナーの下にあるホスト（ランタイムソケット・カーネル設定・デーモン）を毎時検査します。',
  },
  prevents: ['admission.api-service-changed', 'admission.deprecated-api'],
  detects: [
    'audit.node-proxy',
    'container.runtime-sockets',
    'exposed.administration',
    'exposed.answers-strangers',
    'host.docker-tcp',
    'host.kernel-supported',
    'host.runtime-sockets',
    'host.shared-folders',
    'host.sysctl.accept-redirects',
    'host.sysctl.accept-source-route',
    'host.sysctl.dmesg-restrict',
    'host.sysctl.kptr-restrict',
    'host.sysctl.protected-hardlinks',
    'host.sysctl.protected-symlinks',
    'host.sysctl.ptrace-scope',
    'host.sysctl.randomize-va-space',
    'host.sysctl.send-redirects',
    'host.sysctl.suid-dumpable',
    'host.sysctl.tcp-syncookies',
    'host.sysctl.unprivileged-bpf-disabled',
    'runtime.kernel-module-tool',
    'runtime.runtime-client',
    'version.deprecated-api',
    'version.skew',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'kubelet, API server, etcd and controller settings are not checked (CIS).',
      ja: 'kubelet・API サーバー・etcd・コントローラーの設定（CIS）は検査しません。',
    },
  ],
};
