// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { READ_CUSTOM_KINDS_LABEL } from '@bartizan/engine/admission';
import { type ClusterObject, labelsOf, NAMES } from './object.ts';

/** One right of a role, and why it is needed: shown as a comment, in the reference and before an install. */
export interface Right {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  readonly why: { readonly en: string; readonly ja: string };
}

const READ = ['get', 'list', 'watch'] as const;

/** What the controller reads in the whole cluster. Secrets are not among it. */
export const READ_RIGHTS: readonly Right[] = [
  {
    apiGroups: [''],
    resources: ['namespaces', 'nodes', 'pods', 'services', 'serviceaccounts', 'replicationcontrollers'],
    verbs: READ,
    why: {
      en: 'what runs, where, and as whom: every finding names its workload',
      ja: '稼働中のワークロードと場所、実行主体を知り、検出事項に結び付けるため',
    },
  },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: READ,
    why: {
      en: 'passwords and keys that stand in configuration maps; what is found is told without its value',
      ja: 'ConfigMap に書かれたパスワードや鍵を見つけるため（検出時も値は記録しません）',
    },
  },
  {
    apiGroups: ['apps', 'batch'],
    resources: ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs'],
    verbs: READ,
    why: {
      en: 'the owner of a pod: a workload outlives its pods',
      ja: 'Pod の所有者 (ワークロード) を特定するため',
    },
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
    verbs: READ,
    why: { en: 'who may do what in the cluster', ja: 'クラスター内の権限を評価するため' },
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies', 'ingresses'],
    verbs: READ,
    why: {
      en: 'what may speak with what, and what is exposed',
      ja: '通信の許可範囲と公開範囲を評価するため',
    },
  },
  {
    apiGroups: ['policy.networking.k8s.io'],
    resources: ['clusternetworkpolicies', 'adminnetworkpolicies', 'baselineadminnetworkpolicies'],
    verbs: READ,
    why: {
      en: 'network policies of the whole cluster, where there are such: they win over those of a namespace',
      ja: '名前空間のポリシーより優先される、クラスター全体のネットワークポリシーを評価するため (存在する場合)',
    },
  },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: [
      'validatingwebhookconfigurations',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
    ],
    verbs: READ,
    why: {
      en: 'what guards the cluster already, and whether our own guards are as we left them',
      ja: '既存の防御と、当製品の設定が変更されていないことを確認するため',
    },
  },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: READ,
    why: {
      en: 'which kinds there are, so that those no rule covers are listed',
      ja: '存在する種類を把握し、ルールの対象外を示すため',
    },
  },
  {
    apiGroups: ['policy.bartizan.dev'],
    resources: ['*'],
    verbs: READ,
    why: { en: 'policy that was written as objects', ja: 'オブジェクトとして書かれたポリシーを読むため' },
  },
];

const ADMISSION_API = 'admissionregistration.k8s.io';

/**
 * The guards of its own that the controller keeps. RBAC knows no prefixes, and the API server exempts these kinds from
 * every admission policy: only the webhooks, whose names are fixed, can be held to a name. The role stands alone, so
 * that it can be left out where nothing shall be refused.
 */
export const ADMISSION_RIGHTS: readonly Right[] = [
  {
    apiGroups: [ADMISSION_API],
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    resourceNames: ['bartizan-main-validate', 'bartizan-main-connect', 'bartizan-main-mutate'],
    verbs: ['update', 'patch', 'delete'],
    why: {
      en: 'to keep its own webhooks as they should be: their certificates change',
      ja: '自身の Webhook を正しい状態に保つため (証明書が更新される)',
    },
  },
  {
    apiGroups: [ADMISSION_API],
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    verbs: ['create'],
    why: {
      en: 'to make its own webhooks: Kubernetes cannot bind this verb to a name',
      ja: '自身の Webhook を作成するため (Kubernetes は create を名前で制限できない)',
    },
  },
  {
    apiGroups: [ADMISSION_API],
    resources: [
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
    ],
    verbs: ['create', 'update', 'patch', 'delete'],
    why: {
      en: 'rules that the API server enforces by itself, also while we are away',
      ja: '当製品の停止中も API サーバー自身が適用するルールを置くため',
    },
  },
];

/** Verdicts on images, which policies of the API server take as parameters. */
export const VERDICT_RIGHTS: readonly Right[] = [
  {
    apiGroups: ['policy.bartizan.dev'],
    resources: ['imageverdictsets'],
    verbs: ['create', 'update', 'patch', 'delete'],
    why: {
      en: 'verdicts on images that the API server looks up by itself, also while we are away: more objects when there are many, fewer later',
      ja: '当製品の停止中も API サーバー自身が参照するイメージの判定結果を置くため (件数に応じてオブジェクトが増減する)',
    },
  },
];

const REPORT_APIS = ['openreports.io', 'wgpolicyk8s.io'];
const REPORT_KINDS = ['reports', 'clusterreports', 'policyreports', 'clusterpolicyreports'];

/**
 * Policy reports, which are kept only where somebody switched them on. The role stands alone, so that it can be left
 * out; its kinds decide nothing in a cluster.
 */
export const REPORT_RIGHTS: readonly Right[] = [
  {
    apiGroups: REPORT_APIS,
    resources: REPORT_KINDS,
    verbs: ['list'],
    why: {
      en: 'policy reports, when they are switched on: which kind is served, and which reports are its own',
      ja: 'ポリシーレポートを有効にした場合に、提供されている種類と自身のレポートを調べるため',
    },
  },
  {
    apiGroups: REPORT_APIS,
    resources: REPORT_KINDS,
    verbs: ['create', 'patch'],
    why: {
      en: 'to write one report a namespace: server-side apply makes it by these two verbs',
      ja: '名前空間ごとに 1 件のレポートを書くため (サーバーサイド適用はこの 2 つの動詞を使う)',
    },
  },
  {
    apiGroups: REPORT_APIS,
    resources: REPORT_KINDS,
    verbs: ['delete'],
    why: {
      en: 'to remove its reports when nothing is found any more, and when they are switched off',
      ja: '検出がなくなったときと、無効にしたときに自身のレポートを削除するため',
    },
  },
];

/**
 * Custom kinds whose objects are judged. Which there are, nobody knows before an install, and a right to read them all
 * would be one to read whatever somebody keeps in a kind of his own: the role permits nothing until somebody who may
 * read a kind himself labels a role that does.
 */
export const GATHERED_RIGHTS = {
  role: 'bartizan-controller-custom-kinds',
  label: READ_CUSTOM_KINDS_LABEL,
  verbs: ['list', 'watch'],
  why: {
    en: 'objects of custom kinds, only of those for which somebody labels a role: they are judged as they exist, not only when somebody writes them',
    ja: '誰かがロールにラベルを付けたカスタムリソースのオブジェクトだけを読み、書き込み時だけでなく既存のものも評価するため',
  },
} as const;

/** What else the controller writes in the whole cluster. */
export const WRITE_RIGHTS: readonly Right[] = [
  {
    apiGroups: ['policy.bartizan.dev'],
    resources: ['*/status'],
    verbs: ['update', 'patch'],
    why: {
      en: 'to say in the object what became of a policy',
      ja: 'ポリシーの反映状況をオブジェクトに記録するため',
    },
  },
  {
    apiGroups: ['authentication.k8s.io'],
    resources: ['tokenreviews'],
    verbs: ['create'],
    why: {
      en: 'to ask the API server which node an agent that joins belongs to',
      ja: '参加するエージェントのノードを API サーバーに確認するため',
    },
  },
];

/** What the controller may do in the namespace of the agents. */
export const TRUST_RIGHTS: readonly Right[] = [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [NAMES.trust],
    verbs: ['get', 'patch'],
    why: {
      en: 'to tell the agents which certificate authority to trust',
      ja: 'エージェントに信頼すべき認証局を伝えるため',
    },
  },
];

const rulesOf = (rights: readonly Right[]): object[] =>
  rights.map(({ apiGroups, resources, resourceNames, verbs }) => ({
    apiGroups,
    resources,
    ...(resourceNames === undefined ? {} : { resourceNames }),
    verbs,
  }));

const API = 'rbac.authorization.k8s.io/v1';
const controller = { kind: 'ServiceAccount', name: NAMES.controller, namespace: NAMES.namespace };

/** Rules that the API server writes, from the roles with the label. */
const GATHERED = {
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [GATHERED_RIGHTS.label]: 'true' } }] },
};

function clusterRole(name: string, content: object): ClusterObject[] {
  const metadata = { name, labels: labelsOf('controller') };
  return [
    { apiVersion: API, kind: 'ClusterRole', metadata, ...content },
    {
      apiVersion: API,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [controller],
    },
  ];
}

/** Roles by the name of their object, for whoever shows the reasons. */
export const RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  'bartizan-controller-read': READ_RIGHTS,
  'bartizan-controller-write': WRITE_RIGHTS,
  'bartizan-controller-admission': [...ADMISSION_RIGHTS, ...VERDICT_RIGHTS],
  'bartizan-controller-reports': REPORT_RIGHTS,
  [GATHERED_RIGHTS.role]: [],
  'bartizan-controller-trust': TRUST_RIGHTS,
};

/** Service accounts, roles and bindings. */
export function rightObjects(): ClusterObject[] {
  const trust = {
    name: 'bartizan-controller-trust',
    namespace: NAMES.agentNamespace,
    labels: labelsOf('controller'),
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAMES.controller, namespace: NAMES.namespace, labels: labelsOf('controller') },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAMES.agent, namespace: NAMES.agentNamespace, labels: labelsOf('agent') },
      automountServiceAccountToken: false,
    },
    ...clusterRole('bartizan-controller-read', { rules: rulesOf(READ_RIGHTS) }),
    ...clusterRole('bartizan-controller-write', { rules: rulesOf(WRITE_RIGHTS) }),
    ...clusterRole('bartizan-controller-admission', {
      rules: rulesOf([...ADMISSION_RIGHTS, ...VERDICT_RIGHTS]),
    }),
    ...clusterRole('bartizan-controller-reports', { rules: rulesOf(REPORT_RIGHTS) }),
    ...clusterRole(GATHERED_RIGHTS.role, GATHERED),
    { apiVersion: API, kind: 'Role', metadata: trust, rules: rulesOf(TRUST_RIGHTS) },
    {
      apiVersion: API,
      kind: 'RoleBinding',
      metadata: trust,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: trust.name },
      subjects: [controller],
    },
  ];
}
