// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { judgeGrant, type ProposedGrant } from './grant-risk.ts';
import { AccessGraph } from './graph.ts';
import { EscalationPaths } from './paths.ts';
import { readAccess } from './snapshot.ts';

const rule = (verbs: string[], resources: string[], apiGroups = ['']) => ({ verbs, apiGroups, resources });
const clusterRole = (name: string, rules: object[]) => ({ kind: 'ClusterRole', metadata: { name }, rules });
const OBJECTS: readonly object[] = [
  clusterRole('admin-like', [rule(['*'], ['*'], ['*'])]),
  clusterRole('reader', [rule(['get', 'list'], ['pods'])]),
  clusterRole('logs', [rule(['get', 'list'], ['pods/log'])]),
  clusterRole('groups', [rule(['impersonate'], ['groups'])]),
  clusterRole('sudo', [
    { ...rule(['impersonate'], ['users']), resourceNames: ['ann'] },
    { ...rule(['impersonate'], ['groups']), resourceNames: ['system:masters'] },
  ]),
  clusterRole('secrets', [rule(['get', 'list'], ['secrets'])]),
  {
    kind: 'ClusterRoleBinding',
    metadata: { name: 'root' },
    roleRef: { kind: 'ClusterRole', name: 'admin-like' },
    subjects: [{ kind: 'User', name: 'root' }],
  },
  {
    kind: 'ClusterRoleBinding',
    metadata: { name: 'power' },
    roleRef: { kind: 'ClusterRole', name: 'admin-like' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'power' }],
  },
  {
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  { kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop' } },
  { kind: 'ServiceAccount', metadata: { name: 'power', namespace: 'kube-system' } },
];

function judge(grant: Partial<ProposedGrant>, unreadable: readonly string[] = []) {
  const graph = new AccessGraph(readAccess(OBJECTS, unreadable));
  return judgeGrant(graph, new EscalationPaths(graph), {
    subject: { kind: 'User', namespace: '', name: 'ann' },
    role: { kind: 'ClusterRole', name: 'reader' },
    namespace: 'shop',
    ...grant,
  });
}
const role = (name: string) => ({ kind: 'ClusterRole', name }) as const;

describe('what a grant would open', () => {
  it('is a way to cluster-admin that is not there now, with its steps', () => {
    const risk = judge({ role: role('admin-like'), namespace: '' });
    expect(risk).toMatchObject({
      level: 'path',
      hadPath: false,
      path: { subject: 'User/ann', reaches: 'yes' },
    });
    expect(risk.path?.steps.at(-1)?.to).toBe('cluster-admin');
  });

  it('is a way by the tokens of others too, and by verbs as by a role', () => {
    const token = {
      rules: [{ ...rule(['create'], ['serviceaccounts/token']), resourceNames: [], nonResourceURLs: [] }],
    };
    const risk = judge({ role: token, namespace: 'kube-system' });
    expect(risk.level).toBe('path');
    expect(risk.path?.steps.map(({ to }) => to)).toContain('ServiceAccount/kube-system/power');
    // The same in a namespace without a powerful account opens no way, and is still no small thing.
    expect(judge({ role: token, namespace: 'shop' })).toMatchObject({ level: 'risky', hadPath: false });
  });

  it('is no new way of who has one already', () => {
    const subject = { kind: 'User', namespace: '', name: 'root' } as const;
    const risk = judge({ subject, role: role('admin-like'), namespace: '' });
    expect(risk).toMatchObject({ level: 'risky', hadPath: true });
    expect(risk.path).toBeUndefined();
  });

  it('is told of groups and service accounts', () => {
    const group = { kind: 'Group', namespace: '', name: 'devs' } as const;
    expect(judge({ subject: group, role: role('admin-like'), namespace: '' }).path?.subject).toBe(
      'Group/devs',
    );
    const account = { kind: 'ServiceAccount', namespace: 'shop', name: 'web' } as const;
    expect(judge({ subject: account, role: role('admin-like'), namespace: '' }).path?.subject).toBe(
      'ServiceAccount/shop/web',
    );
  });

  it.each([
    ['reader', 'none', []],
    ['logs', 'minor', ['access.pod-logs']],
    ['groups', 'none', []],
  ])('of the role %s is %s', (name, level, patterns) => {
    const risk = judge({ role: role(name) });
    expect([risk.level, risk.patterns.map(({ pattern }) => pattern)]).toEqual([level, patterns]);
  });

  it('is risky where groups may be impersonated in the whole cluster, and a way beside anybody to be', () => {
    expect(judge({ role: role('groups'), namespace: '' })).toMatchObject({
      level: 'risky',
      patterns: [{ pattern: 'access.impersonate-groups' }],
    });
    expect(judge({ role: role('sudo'), namespace: '' }).level).toBe('path');
  });

  it('names what gives more than it says', () => {
    const risk = judge({ role: role('secrets') });
    expect(risk.patterns.map(({ pattern }) => pattern)).toContain('access.read-secrets');
    expect(['risky', 'path']).toContain(risk.level);
  });

  it('is unknown where not everything was read, and of a role that is not there', () => {
    expect(judge({}, ['RoleBinding'])).toMatchObject({ level: 'unknown', unreadable: ['RoleBinding'] });
    expect(judge({ role: role('nowhere') })).toMatchObject({ level: 'unknown' });
    // What was found is told, whatever else could not be read.
    expect(judge({ role: role('admin-like'), namespace: '' }, ['RoleBinding']).level).toBe('path');
  });
});
