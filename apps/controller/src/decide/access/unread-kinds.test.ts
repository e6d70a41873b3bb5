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
const outcomeOf = (check: string, about: string) =>
  verdictsOf(OWNER, access.view(), {
    unread: [],
    moment: { server: 'v1.36.1', lifecycle: undefined, nowMs: 0 },
  })
    .filter(({ check: { id }, subject }) => id === check && subject.name === about)
    .map(({ outcome, evidence }) => ({ outcome, evidence }));
const unread = (kind: string) => ({ outcome: 'unknown', evidence: [`unread: ${kind}`] });
const passed = { outcome: 'pass', evidence: [] };

beforeEach(() => {
  conditions = {};
  access = new ClusterAccess({
    conditionOf: (kind) => conditions[kind] ?? 'synced',
    onChange: () => undefined,
  });
  put('Namespace', 'shop', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });
  put('ClusterRole', 'execer', {
    rules: [{ verbs: ['create'], apiGroups: [''], resources: ['pods/exec'] }],
  });
  put(
    'RoleBinding',
    'ann',
    { roleRef: { kind: 'ClusterRole', name: 'execer' }, subjects: [{ kind: 'User', name: 'ann' }] },
    'shop',
  );
});

describe('a kind that is not read', () => {
  it.each(['Role', 'ClusterRoleBinding', 'ServiceAccount', 'Pod', 'Namespace'])(
    'leaves it unknown whether somebody has a way to cluster-admin: %s',
    (kind) => {
      expect(outcomeOf('access.path-to-admin', 'User/ann')).toEqual([passed]);
      conditions = { [kind]: 'not-permitted' };
      expect(outcomeOf('access.path-to-admin', 'User/ann')).toEqual([unread(kind)]);
    },
  );

  it('says nothing about permissions, where it is no kind that grants any', () => {
    put('ClusterRole', 'execer', { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] });
    conditions = { Pod: 'not-permitted', Namespace: 'not-permitted' };
    expect(outcomeOf('access.risky-permission', 'User/ann')).toEqual([passed]);
  });

  it('leaves it unknown whether each pod is selected by a policy, not whether the rest is denied', () => {
    put('Pod', 'web-1', { spec: { containers: [] } }, 'shop');
    put('NetworkPolicy', 'deny', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } }, 'shop');
    const told = (check: string) => outcomeOf(check, 'Namespace/shop');
    expect([told('network.pod-without-policy'), told('network.default-deny')]).toEqual([[passed], [passed]]);
    conditions = { Pod: 'not-permitted' };
    expect(told('network.pod-without-policy')).toEqual([unread('Pod')]);
    expect(told('network.default-deny')).toEqual([passed]);
  });
});
