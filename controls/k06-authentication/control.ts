// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Broken authentication: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k06-authentication',
  owasp: { 2022: ['K06'], 2025: ['K09'] },
  title: { en: 'Broken authentication', ja: '認証の不備' },
  goal: {
    en: 'Accounts, SSH and tokens of the host are checked each hour; a token read by a tool is reported within a second; five wrong passwords lock a name of the product itself.',
    ja: 'ホストのアカウント・SSH・トークンを毎時検査し、ツールによるトークンの読み取りを 1 秒以内に報告します。本製品自身の利用者名は、パスワードを 5 回間違えるとロックします。',
  },
  prevents: [
    'admission.automount-token',
    'admission.bind-anonymous',
    'admission.bind-default-account',
    'admission.certificate-request',
    'admission.default-service-account-token',
    'admission.rbac-approve-certificates',
    'admission.rbac-create-tokens',
    'admission.service-account-token',
    'admission.token-secret',
  ],
  detects: [
    'audit.anonymous-success',
    'audit.certificate-approved',
    'audit.masters-impersonated',
    'audit.refused-anonymous',
    'audit.service-account-from-outside',
    'audit.service-account-kubectl',
    'audit.token-minted',
    'audit.token-secret',
    'container.ssh-server',
    'exposed.answers-strangers',
    'host.account-databases',
    'host.docker-group',
    'host.empty-passwords',
    'host.single-root',
    'host.ssh-empty-passwords',
    'host.ssh-passwords',
    'host.ssh-root-login',
    'host.sudo-without-password',
    'runtime.service-account-token-read',
    'secret.token-without-end',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Of the authentication settings of the API server, flags are read by benchmarks and count under cluster components (K09 of 2022); the file that `--authentication-config` names is not read.',
      ja: 'API サーバーの認証設定のうちフラグはベンチマークで読み取り、クラスターコンポーネント（2022 年版 K09）の項目で評価します。`--authentication-config` のファイルは読み取りません。',
    },
  ],
};
