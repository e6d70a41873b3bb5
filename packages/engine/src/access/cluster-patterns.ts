// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RiskPattern } from './pattern.ts';

/** Patterns that need a permission over the whole cluster. */
export const CLUSTER_PATTERNS: readonly RiskPattern[] = [
  {
    id: 'access.cluster-admin',
    severity: 'critical',
    scope: 'cluster',
    effect: 'admin',
    needs: [{ verbs: ['*'], groups: ['*'], resources: ['*'] }],
    title: {
      en: 'Is allowed everything in the whole cluster',
      ja: 'クラスター全体ですべての操作が許可されている',
    },
  },
  {
    id: 'access.impersonate-masters',
    severity: 'critical',
    scope: 'cluster',
    effect: 'admin',
    needs: [
      // Groups are taken only beside somebody to be: a user, or a service account.
      { verbs: ['impersonate'], groups: [''], resources: ['users', 'serviceaccounts'] },
      { verbs: ['impersonate'], groups: [''], resources: ['groups'] },
    ],
    title: { en: 'May act as a member of system:masters', ja: 'system:masters のメンバーになりすませる' },
  },
  {
    id: 'access.impersonate-groups',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [{ verbs: ['impersonate'], groups: [''], resources: ['groups'] }],
    title: {
      en: 'May act as a member of groups, once it may act as anybody',
      ja: '誰か一人になりすませれば、グループのメンバーになりすませる',
    },
  },
  {
    id: 'access.impersonate-users',
    severity: 'critical',
    scope: 'cluster',
    effect: 'users',
    needs: [{ verbs: ['impersonate'], groups: [''], resources: ['users'] }],
    title: { en: 'May act as any user', ja: '任意のユーザーになりすませる' },
  },
  {
    id: 'access.escalate-cluster-roles',
    severity: 'critical',
    scope: 'cluster',
    effect: 'admin',
    needs: [
      { verbs: ['escalate'], groups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] },
      {
        verbs: ['update', 'patch', 'create'],
        groups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
      },
    ],
    title: {
      en: 'May write more into a cluster role than it has itself',
      ja: '自身の権限を超える内容を ClusterRole に書き込める',
    },
  },
  {
    id: 'access.bind-cluster-roles',
    severity: 'critical',
    scope: 'cluster',
    effect: 'admin',
    needs: [
      { verbs: ['bind'], groups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] },
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['rbac.authorization.k8s.io'],
        resources: ['clusterrolebindings'],
      },
    ],
    title: {
      en: 'May bind any cluster role, cluster-admin too',
      ja: 'cluster-admin を含む任意の ClusterRole をバインドできる',
    },
  },
  {
    id: 'access.approve-certificates',
    severity: 'critical',
    scope: 'cluster',
    effect: 'users',
    needs: [
      { verbs: ['create'], groups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'] },
      {
        verbs: ['update', 'patch'],
        groups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests/approval'],
      },
      { verbs: ['approve'], groups: ['certificates.k8s.io'], resources: ['signers'] },
    ],
    title: {
      en: 'May have a client certificate made for any name',
      ja: '任意の名前のクライアント証明書を発行させられる',
    },
  },
  {
    id: 'access.sign-certificates',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      {
        verbs: ['update', 'patch'],
        groups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests/status'],
      },
      { verbs: ['sign'], groups: ['certificates.k8s.io'], resources: ['signers'] },
    ],
    title: { en: 'May put certificates into signing requests', ja: '署名要求に証明書を書き込める' },
  },
  {
    id: 'access.nodes-proxy',
    severity: 'critical',
    scope: 'cluster',
    effect: 'pods',
    needs: [{ verbs: ['get', 'create'], groups: [''], resources: ['nodes/proxy'] }],
    title: {
      en: 'May run commands in every pod through the kubelets, past admission and audit',
      ja: 'kubelet 経由で全 Pod のコマンドを実行できる（アドミッションと監査を迂回）',
    },
  },
  {
    id: 'access.mutating-webhooks',
    severity: 'critical',
    scope: 'cluster',
    effect: 'admin',
    needs: [
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations'],
      },
    ],
    title: {
      en: 'May change every object on its way into the cluster',
      ja: 'クラスターに入るすべてのオブジェクトを書き換えられる',
    },
  },
  {
    id: 'access.mutating-policies',
    severity: 'critical',
    scope: 'cluster',
    effect: 'admin',
    needs: [
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['admissionregistration.k8s.io'],
        resources: ['mutatingadmissionpolicies'],
      },
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['admissionregistration.k8s.io'],
        resources: ['mutatingadmissionpolicybindings'],
      },
    ],
    title: {
      en: 'May change every object on its way in by a policy',
      ja: 'ポリシーで、入ってくるすべてのオブジェクトを書き換えられる',
    },
  },
  {
    id: 'access.validating-webhooks',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
      },
    ],
    title: {
      en: 'May read every object that is written, secrets too',
      ja: '書き込まれる全オブジェクト（Secret を含む）を読み取れる',
    },
  },
  {
    id: 'access.admission-off',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      {
        verbs: ['delete', 'update', 'patch'],
        groups: ['admissionregistration.k8s.io'],
        resources: [
          'validatingadmissionpolicies',
          'validatingadmissionpolicybindings',
          'validatingwebhookconfigurations',
        ],
      },
    ],
    title: { en: 'May switch admission policies off', ja: 'アドミッションポリシーを無効化できる' },
  },
  {
    id: 'access.namespaces-label',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [{ verbs: ['update', 'patch'], groups: [''], resources: ['namespaces'] }],
    title: { en: 'May change labels that policies trust', ja: 'ポリシーが信頼するラベルを変更できる' },
  },
  {
    id: 'access.steal-pods',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      { verbs: ['update', 'patch'], groups: [''], resources: ['nodes'] },
      { verbs: ['delete'], groups: [''], resources: ['pods'] },
    ],
    title: { en: 'May move pods onto a node of its choice', ja: 'Pod を任意のノードへ移せる' },
  },
  {
    id: 'access.evict-and-taint',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      { verbs: ['update', 'patch'], groups: [''], resources: ['nodes'] },
      { verbs: ['create'], groups: [''], resources: ['pods/eviction'] },
    ],
    title: { en: 'May drive pods from nodes', ja: 'Pod をノードから追い出せる' },
  },
  {
    id: 'access.node-status',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [{ verbs: ['update', 'patch'], groups: [''], resources: ['nodes/status'] }],
    title: {
      en: 'May lie about nodes, so that pods go elsewhere',
      ja: 'ノードの状態を偽り、Pod を別の場所へ誘導できる',
    },
  },
  {
    id: 'access.cloud-identity-map',
    severity: 'critical',
    scope: 'cluster',
    effect: 'risk',
    needs: [{ verbs: ['update', 'patch'], groups: [''], resources: ['configmaps'] }],
    title: {
      en: 'May change the map of cloud identities (aws-auth) on EKS',
      ja: 'EKS のクラウド ID 対応表 (aws-auth) を変更できる',
    },
  },
  {
    id: 'access.aggregated-apis',
    severity: 'high',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['apiregistration.k8s.io'],
        resources: ['apiservices'],
      },
    ],
    title: {
      en: 'May put an API of its own into the API server',
      ja: 'API サーバーに独自の API を差し込める',
    },
  },
  {
    id: 'access.custom-resources',
    severity: 'medium',
    scope: 'cluster',
    effect: 'risk',
    needs: [
      {
        verbs: ['create', 'update', 'patch'],
        groups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
      },
    ],
    title: {
      en: 'May change the kinds that controllers trust',
      ja: 'コントローラーが信頼するリソース定義を変更できる',
    },
  },
];
