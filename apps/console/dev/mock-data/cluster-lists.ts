// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest, ApiVersionUse, Component, Exposure, ReachAnswer } from '@bartizan/contracts';
import { BASE, DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS } from './random.ts';

const NODE = 'Node/worker-eu-central-1a-01';
const dayIn = (days: number): string => new Date(NOW_MS + days * DAY_MS).toISOString().slice(0, 10);

export const EXPOSURES: readonly Exposure[] = [
  {
    ...{ kind: 'Service', namespace: 'shop', name: 'orders-postgres-external', way: 'load-balancer' },
    ...{ isOutside: true, addresses: ['198.51.100.17'], ports: [{ number: 5432, protocol: 'TCP' }] },
    ...{ sources: [], pods: ['orders-postgres-0'], podCount: 1, guard: 'none', component: 'postgresql' },
    risk: { en: 'The tables of a database', ja: 'データベースの内容を読み書きできます' },
  },
  {
    ...{ kind: 'Ingress', namespace: 'shop', name: 'web', way: 'ingress', isOutside: true },
    ...{ addresses: ['shop.example.com', 'www.shop.example.com'], ports: [], sources: [] },
    ...{ pods: ['web-5b7d8f6c4-abcde'], podCount: 3, guard: 'all' },
  },
  {
    ...{ kind: 'Service', namespace: 'monitoring', name: 'grafana', way: 'node-port', isOutside: true },
    ...{ addresses: [], ports: [{ number: 31300, protocol: 'TCP' }], sources: [] },
    ...{ pods: ['grafana-0'], podCount: 2, guard: 'some', component: 'grafana' },
    risk: {
      en: 'Dashboards, and what data sources hold',
      ja: 'ダッシュボードとデータソースの内容を閲覧できます',
    },
  },
  {
    ...{ kind: 'Pod', namespace: 'kube-system', name: 'node-exporter-4x8jd', way: 'host-network' },
    ...{ isOutside: true, addresses: ['10.0.12.41'], ports: [{ number: 9100, protocol: 'TCP' }] },
    ...{ sources: [], pods: ['node-exporter-4x8jd'], podCount: 1, guard: 'unknown' },
  },
];

export const API_USES: readonly ApiVersionUse[] = [
  {
    ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3', kind: 'FlowSchema', source: 'written' },
    ...{ by: 'helm', about: 'FlowSchema/ingress-controllers', namespace: '', isOwn: false },
    ...{ removedIn: '1.32', isRemoved: true, replacement: 'flowcontrol.apiserver.k8s.io/v1' },
    lastAtMs: NOW_MS - 40 * DAY_MS,
  },
  {
    ...{ apiVersion: 'policy/v1beta1', kind: 'podsecuritypolicies', source: 'requested' },
    ...{ by: 'system:serviceaccount:monitoring:kube-state-metrics (kube-state-metrics/v2.2.0)' },
    ...{ about: 'podsecuritypolicies.policy', namespace: '', isOwn: false },
    ...{ removedIn: '1.25', isRemoved: true, lastAtMs: NOW_MS - 20 * MINUTE_MS },
  },
  {
    ...{ apiVersion: 'storagemigration.k8s.io/v1alpha1', kind: 'StorageVersionMigration', source: 'applied' },
    ...{ by: '', about: 'StorageVersionMigration/encrypt-secrets', namespace: '', isOwn: false },
    ...{ removedIn: '1.36', replacement: 'storagemigration.k8s.io/v1beta1' },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Endpoints', source: 'written', by: 'kube-controller-manager' },
    ...{ about: 'Endpoints/web', namespace: 'shop', isOwn: true, replacement: 'discovery.k8s.io/v1' },
    lastAtMs: NOW_MS - 3 * HOUR_MS,
  },
];

export const COMPONENTS: readonly Component[] = [
  {
    ...{
      product: 'kubernetes',
      where: 'cluster',
      version: 'v1.33.2',
      support: 'ends-soon',
      endsOn: dayIn(61),
    },
    ...{ daysLeft: 61, advisoryCount: 2, apiUseCount: API_USES.length, apiUses: [...API_USES] },
    advisories: [
      { id: 'CVE-2025-5187', severity: 'medium', fixedIn: '1.33.4' },
      { id: 'CVE-2025-7342', severity: 'high', fixedIn: '1.33.5' },
    ],
  },
  {
    ...{ product: 'kubelet', where: NODE, version: 'v1.31.4', support: 'ended', endsOn: dayIn(-33) },
    ...{ daysLeft: -33, behind: 2, advisoryCount: 1 },
    advisories: [{ id: 'CVE-2024-10220', severity: 'high' }],
  },
  {
    ...{ product: 'etcd', where: 'cluster', version: '3.5.21-0', support: 'supported', endsOn: dayIn(420) },
    ...{ daysLeft: 420, advisoryCount: 0 },
  },
  { product: 'coredns', where: 'cluster', version: 'v1.12.0', support: 'unknown' },
  {
    ...{ product: 'containerd', where: NODE, version: '1.7.24', support: 'supported', endsOn: dayIn(130) },
    ...{ daysLeft: 130, advisoryCount: 0 },
  },
  { product: 'kernel', where: NODE, version: '6.1.0-28-amd64', support: 'unknown' },
  { product: 'system', where: NODE, version: 'Debian GNU/Linux 12 (bookworm)', support: 'unknown' },
];

export const REACH: ReachAnswer = {
  ...{ reach: 'denied', from: 'monitoring/prometheus-k8s-0', to: 'shop/orders-7c9f6d4b8-x2v4q' },
  ...{ isAssumed: false, unreadable: [] },
  directions: [
    { direction: 'egress', reach: 'allowed', because: 'default', policies: [] },
    {
      ...{ direction: 'ingress', reach: 'denied', because: 'isolated', tier: 'namespace' },
      policies: [
        { kind: 'NetworkPolicy', namespace: 'shop', name: 'default-deny-ingress' },
        { kind: 'NetworkPolicy', namespace: 'shop', name: 'orders-from-web-only' },
      ],
      passed: ['AdminNetworkPolicy/platform-monitoring allow-metrics'],
    },
  ],
};

const request = (
  id: string,
  more: Omit<AccessRequest, 'id' | 'objects' | 'cluster' | 'tenant'>,
): AccessRequest => ({
  ...BASE,
  id,
  ...more,
  objects: [
    { kind: 'RoleBinding', namespace: more.namespace ?? '', name: `bartizan-access-${id}`, uid: `uid-${id}` },
  ],
});
const RULES: NonNullable<AccessRequest['rules']> = [
  { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
  { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'] },
];

/** Requests in every state; what each opens is judged when it is asked for. */
export const ACCESS_REQUESTS: readonly AccessRequest[] = [
  request('r-asked', {
    ...{ subject: { kind: 'User', name: 'jordan@example.com' }, namespace: 'shop' },
    role: { kind: 'ClusterRole', name: 'edit' },
    ...{ reason: 'INC-2041: orders hang, the queue has to be drained by hand', durationMs: HOUR_MS },
    ...{ state: 'asked', level: 'written', askedBy: 'sato', askedAtMs: NOW_MS - 6 * MINUTE_MS },
  }),
  request('r-path', {
    subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'orders' },
    role: { kind: 'ClusterRole', name: 'ci-deployer' },
    ...{ reason: 'Migration of the old deployments', durationMs: 4 * HOUR_MS },
    ...{ state: 'asked', level: 'written', askedBy: 'jordan', askedAtMs: NOW_MS - 50 * MINUTE_MS },
  }),
  request('r-active', {
    ...{ subject: { kind: 'Group', name: 'shop-developers' }, namespace: 'shop', rules: RULES },
    ...{
      reason: '注文サービスの調査（INC-2038）',
      durationMs: 2 * HOUR_MS,
      state: 'active',
      level: 'written',
    },
    ...{ askedBy: 'sato', askedAtMs: NOW_MS - 70 * MINUTE_MS, decidedBy: 'admin' },
    ...{ decidedAtMs: NOW_MS - 65 * MINUTE_MS, decision: 'Only while the incident is open' },
    ...{ startedAtMs: NOW_MS - 65 * MINUTE_MS, expiresAtMs: NOW_MS + 55 * MINUTE_MS },
    changedInCluster: { atMs: NOW_MS - 10 * MINUTE_MS, by: 'kubectl-edit' },
  }),
  request('r-failed', {
    ...{ subject: { kind: 'User', name: 'tanaka@example.com' }, role: { kind: 'ClusterRole', name: 'view' } },
    ...{ reason: 'Review of the platform', durationMs: 8 * HOUR_MS, state: 'failed', level: 'written' },
    ...{ askedBy: 'jordan', askedAtMs: NOW_MS - 20 * HOUR_MS, decidedBy: 'admin' },
    ...{ decidedAtMs: NOW_MS - 19 * HOUR_MS, expiresAtMs: NOW_MS - 11 * HOUR_MS },
    problem: {
      code: 'E_KUBE_NOT_PERMITTED',
      detail: 'clusterrolebindings.rbac.authorization.k8s.io "bartizan-access-r-failed" is forbidden',
    },
  }),
  request('r-by-hand', {
    ...{ subject: { kind: 'User', name: 'ito@example.com' }, namespace: 'monitoring' },
    role: { kind: 'Role', name: 'silence-alerts' },
    ...{ reason: 'Night shift', durationMs: 8 * HOUR_MS, state: 'approved', level: 'proposed-only' },
    ...{ askedBy: 'sato', askedAtMs: NOW_MS - 2 * HOUR_MS, decidedBy: 'admin' },
    ...{ decidedAtMs: NOW_MS - HOUR_MS, expiresAtMs: NOW_MS + 7 * HOUR_MS },
  }),
  request('r-refused', {
    ...{
      subject: { kind: 'User', name: 'jordan@example.com' },
      role: { kind: 'ClusterRole', name: 'cluster-admin' },
    },
    ...{ reason: 'Easier', durationMs: DAY_MS, state: 'refused', level: 'written', askedBy: 'jordan' },
    ...{ askedAtMs: NOW_MS - 3 * DAY_MS, decidedBy: 'admin', decidedAtMs: NOW_MS - 3 * DAY_MS + HOUR_MS },
    decision: 'Ask for what is needed',
  }),
  request('r-ended', {
    ...{ subject: { kind: 'User', name: 'sato@example.com' }, namespace: 'ci', rules: RULES },
    ...{ reason: 'Release 2026.11', durationMs: HOUR_MS, state: 'ended', level: 'written', end: 'time' },
    ...{ askedBy: 'sato', askedAtMs: NOW_MS - 5 * DAY_MS, decidedBy: 'admin' },
    ...{ decidedAtMs: NOW_MS - 5 * DAY_MS + HOUR_MS, endedAtMs: NOW_MS - 5 * DAY_MS + 2 * HOUR_MS },
  }),
];
