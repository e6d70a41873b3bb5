// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessCheck } from '../access/index.ts';

const secrets: AccessCheck['owasp'] = { 2022: ['K08'], 2025: ['K03'] };
const exposed: AccessCheck['owasp'] = { 2022: ['K09'], 2025: ['K06'] };
const cloud: AccessCheck['owasp'] = { 2022: ['K03'], 2025: ['K08'] };
const outdated: AccessCheck['owasp'] = { 2022: ['K10'], 2025: ['K07'] };

/** Checks about what a cluster holds, shows to the outside, may do in its cloud, and how old it is. */
export const CLUSTER_CHECKS = {
  readable: {
    id: 'secret.readable-by-everyone',
    severity: 'critical',
    title: {
      en: 'No secret in use can be read by everyone',
      ja: '使用中の Secret を誰でも読み取れる状態にしていない',
    },
    owasp: secrets,
    attack: ['T1552.007'],
  },
  environment: {
    id: 'secret.in-environment',
    severity: 'low',
    title: {
      en: 'Secrets reach containers as files, not as environment variables',
      ja: 'Secret は環境変数ではなくファイルとしてコンテナーに渡している',
    },
    owasp: secrets,
    attack: ['T1552.007'],
  },
  rotated: {
    id: 'secret.not-rotated',
    severity: 'low',
    title: {
      en: 'The values of secrets in use were changed within the last year',
      ja: '使用中の Secret の値を 1 年以内に更新している',
    },
    owasp: secrets,
    attack: ['T1552.007'],
  },
  unused: {
    id: 'secret.unused',
    severity: 'low',
    title: {
      en: 'Something that runs, or will run, names every secret',
      ja: 'すべての Secret が、稼働中または稼働予定の対象から参照されている',
    },
    owasp: secrets,
    attack: ['T1552.007'],
  },
  token: {
    id: 'secret.token-without-end',
    severity: 'medium',
    title: {
      en: 'No secret holds a token of a service account that never expires',
      ja: '無期限のサービスアカウントトークンを Secret に保存していない',
    },
    owasp: { 2022: ['K06', 'K08'], 2025: ['K03', 'K09'] },
    attack: ['T1528'],
  },
  stranger: {
    id: 'exposed.answers-strangers',
    severity: 'critical',
    title: {
      en: 'No component of the cluster answers without credentials',
      ja: '認証なしで応答するクラスターのコンポーネントがない',
    },
    owasp: { 2022: ['K06', 'K09'], 2025: ['K06', 'K09'] },
    attack: ['T1190', 'T1613'],
  },
  surface: {
    id: 'exposed.administration',
    severity: 'high',
    title: {
      en: 'No administration page or data store is exposed outside the cluster',
      ja: '管理画面やデータストアをクラスター外に公開していない',
    },
    owasp: exposed,
    attack: ['T1190', 'T1133'],
  },
  unguarded: {
    id: 'exposed.without-policy',
    severity: 'medium',
    title: {
      en: 'Network policies narrow who reaches exposed pods',
      ja: '公開している Pod への通信をネットワークポリシーで絞っている',
    },
    owasp: { 2022: ['K07'], 2025: ['K05', 'K06'] },
    attack: ['T1190'],
  },
  metadata: {
    id: 'cloud.metadata-reachable',
    severity: 'high',
    title: {
      en: 'Pods cannot reach the metadata service of the cloud',
      ja: 'Pod からクラウドのメタデータサービスに到達できない',
    },
    owasp: cloud,
    attack: ['T1552.005'],
  },
  shared: {
    id: 'cloud.default-account-role',
    severity: 'high',
    title: {
      en: 'No default service account carries a role of the cloud',
      ja: 'デフォルトのサービスアカウントにクラウドのロールを付与していない',
    },
    owasp: cloud,
    attack: ['T1078.004'],
  },
  exposedRole: {
    id: 'cloud.exposed-pod-role',
    severity: 'medium',
    title: {
      en: 'Pods that are exposed outside the cluster have no role of the cloud',
      ja: 'クラスター外に公開している Pod にクラウドのロールを付与していない',
    },
    owasp: cloud,
    attack: ['T1190', 'T1078.004'],
  },
  supported: {
    id: 'version.supported',
    severity: 'high',
    title: {
      en: 'Kubernetes and its nodes run releases that still get security fixes',
      ja: 'Kubernetes とノードは、セキュリティ修正が提供されているリリースで稼働している',
    },
    owasp: outdated,
    attack: ['T1190'],
  },
  vulnerable: {
    id: 'version.known-vulnerability',
    severity: 'high',
    title: {
      en: 'No advisory speaks against the versions of Kubernetes, its runtimes, etcd and CoreDNS',
      ja: 'Kubernetes・ランタイム・etcd・CoreDNS のバージョンに既知の脆弱性がない',
    },
    owasp: outdated,
    attack: ['T1190', 'T1068'],
  },
  api: {
    id: 'version.deprecated-api',
    severity: 'medium',
    title: {
      en: 'Nobody uses versions of the Kubernetes API that a release removes',
      ja: '廃止される Kubernetes API バージョンが使われていない',
    },
    owasp: { 2022: ['K09', 'K10'], 2025: ['K07'] },
    attack: [],
  },
  skew: {
    id: 'version.skew',
    severity: 'medium',
    title: {
      en: 'The kubelet is at most three minor versions behind the API server, and never ahead',
      ja: 'kubelet は API サーバーより新しくなく、遅れは 3 マイナーバージョン以内である',
    },
    owasp: outdated,
    attack: [],
  },
} as const satisfies Readonly<Record<string, AccessCheck>>;
