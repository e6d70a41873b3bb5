// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DAY_MS, NOW_MS } from './random.ts';

/** Objects of the mock's cluster, as its API server would list them: what access and posture are computed from. */
type KubeObject = Readonly<Record<string, unknown>>;
type Rule = readonly [verbs: string, resources: string, groups?: string, names?: string];

const words = (text: string): string[] => text.split(',').filter((word) => word !== '');
const metadata = (name: string, namespace = '') => ({ name, ...(namespace === '' ? {} : { namespace }) });
const role = (name: string, rules: readonly Rule[], namespace = ''): KubeObject => ({
  kind: namespace === '' ? 'ClusterRole' : 'Role',
  metadata: metadata(name, namespace),
  rules: rules.map(([verbs, resources, groups = '', names = '']) => ({
    verbs: words(verbs),
    resources: words(resources),
    apiGroups: groups === '' ? [''] : words(groups),
    ...(names === '' ? {} : { resourceNames: words(names) }),
  })),
});

/** `User/x`, `Group/x` or `ServiceAccount/namespace/name`. */
const subject = (text: string): object => {
  const [kind, first = '', second = ''] = text.split('/');
  return kind === 'ServiceAccount' ? { kind, namespace: first, name: second } : { kind, name: first };
};
const binding = (name: string, of: string, subjects: readonly string[], namespace = ''): KubeObject => {
  const [kind = 'ClusterRole', roleName = ''] = of.split('/');
  return {
    kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: metadata(name, namespace),
    roleRef: { kind, name: roleName },
    subjects: subjects.map(subject),
  };
};

const ROLES: readonly KubeObject[] = [
  role('cluster-admin', [['*', '*', '*']]),
  role('view', [['get,list,watch', 'pods,services,configmaps,events']]),
  role('edit', [
    ['get,list,watch,create,update,patch,delete', 'pods,services,configmaps,secrets'],
    ['get,list,watch,create,update,patch,delete', 'deployments,statefulsets', 'apps'],
    ['create', 'pods/exec,pods/portforward'],
  ]),
  role('cert-manager-controller', [
    ['get,list,watch,create,update,delete', 'secrets'],
    [
      'get,list,watch,update,patch',
      'certificates,certificaterequests,issuers,clusterissuers',
      'cert-manager.io',
    ],
    ['create,patch', 'events'],
  ]),
  role('prometheus-k8s', [['get,list,watch', 'nodes,nodes/metrics,nodes/proxy,services,endpoints,pods']]),
  role('ci-deployer', [
    ['get,list,create,update,patch', 'deployments', 'apps'],
    ['create,get,list', 'pods'],
    ['impersonate', 'serviceaccounts'],
    ['bind,escalate', 'clusterroles', 'rbac.authorization.k8s.io'],
  ]),
  role('node-debugger', [
    ['create', 'pods/exec,pods/ephemeralcontainers'],
    ['get,list', 'pods'],
  ]),
  role('read-database-password', [['get', 'secrets', '', 'orders-postgres-credentials']], 'shop'),
  role('ingress-nginx', [['get,list,watch', 'secrets,configmaps,services,endpoints']]),
];

const BINDINGS: readonly KubeObject[] = [
  binding('cluster-admins', 'ClusterRole/cluster-admin', ['Group/platform-team', 'User/tanaka@example.com']),
  binding('cert-manager-controller', 'ClusterRole/cert-manager-controller', [
    'ServiceAccount/cert-manager/cert-manager',
  ]),
  binding('prometheus-k8s', 'ClusterRole/prometheus-k8s', ['ServiceAccount/monitoring/prometheus-k8s']),
  binding('ci-deployer', 'ClusterRole/ci-deployer', [
    'ServiceAccount/ci/gitlab-runner-with-a-rather-long-name',
  ]),
  binding('everybody-views', 'ClusterRole/view', ['Group/system:authenticated']),
  binding('shop-editors', 'ClusterRole/edit', ['Group/shop-developers', 'User/sato@example.com'], 'shop'),
  binding('orders-reads-password', 'Role/read-database-password', ['ServiceAccount/shop/orders'], 'shop'),
  binding('debuggers', 'ClusterRole/node-debugger', ['User/jordan@example.com'], 'kube-system'),
  binding('ingress-nginx', 'ClusterRole/ingress-nginx', ['ServiceAccount/ingress-nginx/ingress-nginx']),
];

const account = (namespace: string, name: string): KubeObject => ({
  kind: 'ServiceAccount',
  metadata: metadata(name, namespace),
});
interface PodParts {
  readonly serviceAccount?: string;
  readonly secrets?: readonly string[];
  readonly pull?: string;
}
const pod = (namespace: string, name: string, parts: PodParts = {}): KubeObject => ({
  kind: 'Pod',
  metadata: { ...metadata(name, namespace), labels: { app: name.split('-')[0] } },
  spec: {
    serviceAccountName: parts.serviceAccount ?? 'default',
    containers: [
      {
        image: `registry.example/${namespace}/${name}:1.4`,
        env: (parts.secrets ?? []).map((secret) => ({
          name: 'PASSWORD',
          valueFrom: { secretKeyRef: { name: secret, key: 'password' } },
        })),
      },
    ],
    ...(parts.pull === undefined ? {} : { imagePullSecrets: [{ name: parts.pull }] }),
  },
});
const secret = (namespace: string, name: string, ageDays: number): KubeObject => ({
  kind: 'Secret',
  metadata: metadata(name, namespace),
  noted: { createdAtMs: NOW_MS - 400 * DAY_MS, changedAtMs: NOW_MS - ageDays * DAY_MS, sort: 'other' },
});

export const CLUSTER_OBJECTS: readonly KubeObject[] = [
  ...ROLES,
  ...BINDINGS,
  ...['shop', 'ci', 'monitoring', 'cert-manager', 'ingress-nginx', 'kube-system'].map((name) => ({
    kind: 'Namespace',
    metadata: { name, labels: name === 'shop' ? { 'pod-security.kubernetes.io/enforce': 'baseline' } : {} },
  })),
  account('shop', 'orders'),
  account('ci', 'gitlab-runner-with-a-rather-long-name'),
  account('monitoring', 'prometheus-k8s'),
  account('cert-manager', 'cert-manager'),
  pod('shop', 'orders-7c9f6d4b8-x2v4q', {
    serviceAccount: 'orders',
    secrets: ['orders-postgres-credentials', 'payment-provider-api-key'],
    pull: 'registry-pull',
  }),
  pod('shop', 'web-5b7d8f6c4-abcde', { secrets: ['session-signing-key'], pull: 'registry-pull' }),
  pod('cert-manager', 'cert-manager-6f8c7d-9zq2k', { serviceAccount: 'cert-manager' }),
  pod('monitoring', 'prometheus-k8s-0', { serviceAccount: 'prometheus-k8s' }),
  pod('ci', 'gitlab-runner-0', { serviceAccount: 'gitlab-runner-with-a-rather-long-name' }),
  secret('shop', 'orders-postgres-credentials', 391),
  secret('shop', 'payment-provider-api-key', 12),
  secret('shop', 'session-signing-key', 200),
  secret('shop', 'registry-pull', 95),
  secret('monitoring', 'alertmanager-smtp-password-of-the-mail-relay', 31),
  {
    kind: 'Node',
    metadata: { name: 'worker-eu-central-1a-01' },
    status: {
      nodeInfo: {
        kubeletVersion: 'v1.31.4',
        containerRuntimeVersion: 'containerd://1.7.24',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        kernelVersion: '6.1.0-28-amd64',
      },
      addresses: [{ type: 'InternalIP', address: '10.0.12.41' }],
    },
  },
];
