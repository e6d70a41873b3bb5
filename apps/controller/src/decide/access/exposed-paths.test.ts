// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER } from '@bartizan/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { verdictsOf } from './access-verdicts.ts';
import { ClusterAccess } from './cluster-access.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
let conditions: Record<string, string> = {};
let access: ClusterAccess;

function put(kind: string, name: string, object: object, namespace = ''): void {
  access.take({ group: '', version: 'v1', resource: '', kind, name, namespace, object });
}
const pod = (more: object = {}) => ({
  metadata: { labels: { app: 'web' } },
  spec: { serviceAccountName: 'web', containers: [{ ports: [{ containerPort: 80 }] }], ...more },
});
/** A pod that is given no token and takes one itself. */
const projecting = (token: object) =>
  pod({
    automountServiceAccountToken: false,
    volumes: [{ name: 'api', projected: { sources: [{ serviceAccountToken: token }] } }],
  });
const told = () =>
  verdictsOf(OWNER, access.view(), {
    unread: [],
    moment: { server: 'v1.36.1', lifecycle: undefined, nowMs: 0 },
  })
    .filter(({ check }) => check.id === 'access.exposed-path')
    .map(({ subject, outcome, evidence, said }) => ({ about: subject.name, outcome, evidence, said }));

beforeEach(() => {
  conditions = {};
  access = new ClusterAccess({
    conditionOf: (kind) => conditions[kind] ?? 'synced',
    onChange: () => undefined,
  });
  put('Namespace', 'shop', {});
  put('ServiceAccount', 'web', {}, 'shop');
  put('Pod', 'web-1', pod(), 'shop');
  put(
    'Service',
    'web',
    { spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] } },
    'shop',
  );
  put('ClusterRole', 'maker', {
    rules: [{ verbs: ['create'], apiGroups: [''], resources: ['pods'] }],
  });
  put('ClusterRole', 'cluster-admin', { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] });
  put('ServiceAccount', 'boss', {}, 'kube-system');
  put('ClusterRoleBinding', 'boss', {
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'boss' }],
  });
});
const bind = (): void =>
  put('ClusterRoleBinding', 'web', {
    roleRef: { kind: 'ClusterRole', name: 'maker' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'web' }],
  });

describe('a pod that is reachable from outside', () => {
  it('is the beginning of a way to cluster-admin, told from the door to the goal', () => {
    bind();
    const [door, ...more] = told();
    expect(more).toEqual([]);
    expect(door).toMatchObject({ about: 'Service/shop/web', outcome: 'fail' });
    expect(door?.evidence[0]).toBe(
      'outside → Service/shop/web (load-balancer) → Pod/shop/web-1 → ServiceAccount/shop/web: its token is inside',
    );
    expect(door?.evidence.at(-1)).toMatch(/→ cluster-admin/u);
    expect(door?.said.ja).toContain('cluster-admin');
  });

  it('is none where its account may do nothing of the kind', () => {
    expect(told()).toMatchObject([{ about: 'Service/shop/web', outcome: 'pass' }]);
  });

  it.each<readonly [string, () => void]>([
    [
      'the pod takes no token',
      () => put('Pod', 'web-1', pod({ automountServiceAccountToken: false }), 'shop'),
    ],
    [
      'the token that the pod takes is for somebody else',
      () => put('Pod', 'web-1', projecting({ path: 'token', audience: 'vault' }), 'shop'),
    ],
    [
      'its account gives none',
      () => put('ServiceAccount', 'web', { automountServiceAccountToken: false }, 'shop'),
    ],
  ])('is none where %s', (_, change) => {
    bind();
    change();
    expect(told()).toMatchObject([{ outcome: 'pass' }]);
  });

  it.each([
    [{ path: 'token' }],
    [{ path: 'token', audience: 'https://kubernetes.default.svc.cluster.local' }],
  ])('is one where the pod takes the token by a volume of its own: %j', (token) => {
    bind();
    put('Pod', 'web-1', projecting(token), 'shop');
    expect(told()).toMatchObject([{ about: 'Service/shop/web', outcome: 'fail' }]);
  });

  it('is none where the service stays inside', () => {
    bind();
    put('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }, 'shop');
    expect(told()).toEqual([]);
  });

  it.each(['Namespace', 'ServiceAccount', 'Pod'])('is unknown where %s cannot be read', (kind) => {
    conditions = { [kind]: 'not-permitted' };
    expect(told()).toMatchObject([{ outcome: 'unknown', evidence: [`unread: ${kind}`] }]);
  });

  it('is unknown, never absent, where roles cannot be read; a way that is seen is told all the same', () => {
    conditions = { ClusterRoleBinding: 'not-permitted' };
    expect(told()).toMatchObject([
      { outcome: 'unknown', evidence: [expect.stringContaining('ClusterRoleBinding')] },
    ]);
    bind();
    expect(told()).toMatchObject([{ outcome: 'fail' }]);
  });
});
