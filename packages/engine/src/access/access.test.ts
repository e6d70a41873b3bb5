// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccessGraph,
  type Attributes,
  accountOf,
  EscalationPaths,
  EVERYWHERE,
  findRisks,
  groupsOf,
  type Need,
  RISK_PATTERNS,
  readAccess,
  ruleAllows,
} from './index.ts';

const rule = (changes: object): object => ({
  apiGroups: [''],
  resources: ['pods'],
  verbs: ['get'],
  ...changes,
});
const clusterRole = (name: string, rules: readonly object[], more: object = {}): object => ({
  kind: 'ClusterRole',
  metadata: { name },
  rules,
  ...more,
});
const bind = (role: string, subject: object, namespace?: string): object => ({
  kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name: `${role}-binding`, namespace },
  roleRef: { kind: 'ClusterRole', name: role },
  subjects: [subject],
});
const ann = { kind: 'User', name: 'ann' };
const graphOf = (...objects: readonly object[]): AccessGraph => new AccessGraph(readAccess(objects));
const asAnn = { user: 'ann', groups: [] };

describe('ruleAllows', () => {
  const base = {
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods'],
    resourceNames: [],
    nonResourceURLs: [],
  };
  const asks = { verb: 'get', group: '', resource: 'pods' };
  it.each<[string, object, Attributes, boolean]>([
    ['the resource itself', {}, asks, true],
    ['not its sub-resource', {}, { ...asks, subresource: 'log' }, false],
    ['a sub-resource by name', { resources: ['pods/log'] }, { ...asks, subresource: 'log' }, true],
    ['a sub-resource of anything', { resources: ['*/log'] }, { ...asks, subresource: 'log' }, true],
    ['everything', { resources: ['*'] }, { ...asks, subresource: 'exec' }, true],
    [
      'not every sub-resource of one resource',
      { resources: ['pods/*'] },
      { ...asks, subresource: 'log' },
      false,
    ],
    ['not another group', {}, { ...asks, group: 'apps' }, false],
    ['one name', { resourceNames: ['a'] }, { ...asks, name: 'a' }, true],
    ['not another name', { resourceNames: ['a'] }, { ...asks, name: 'b' }, false],
    ['not all objects by one name', { resourceNames: ['a'] }, { ...asks, verb: 'get' }, false],
    ['a path', { nonResourceURLs: ['/metrics'] }, { verb: 'get', nonResourceURL: '/metrics' }, true],
    [
      'what lies below a path',
      { nonResourceURLs: ['/healthz/*'] },
      { verb: 'get', nonResourceURL: '/healthz/x' },
      true,
    ],
    [
      'not what lies below another',
      { nonResourceURLs: ['/healthz'] },
      { verb: 'get', nonResourceURL: '/healthz/x' },
      false,
    ],
  ])('%s', (_, changes, attributes, allowed) => {
    expect(ruleAllows({ ...base, ...changes }, attributes)).toBe(allowed);
  });
});

describe('groups', () => {
  it('are given to service accounts, users and strangers', () => {
    expect(groupsOf({ user: 'system:serviceaccount:shop:ci', groups: [] })).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:shop',
      'system:authenticated',
    ]);
    expect(groupsOf({ user: 'ann', groups: ['devs'] })).toEqual(['devs', 'system:authenticated']);
    expect(groupsOf({ user: 'system:anonymous', groups: [] })).toEqual(['system:unauthenticated']);
    expect(accountOf('system:serviceaccount:a:b:c')).toBeUndefined();
  });
});

describe('the graph', () => {
  it('keeps a RoleBinding in its namespace, also when it names a ClusterRole', () => {
    const graph = graphOf(clusterRole('reader', [rule({})]), bind('reader', ann, 'shop'));
    const asks = { verb: 'get', group: '', resource: 'pods' };
    expect(graph.can(asAnn, { ...asks, namespace: 'shop' })).toBe(true);
    expect(graph.can(asAnn, { ...asks, namespace: 'other' })).toBe(false);
    expect(graph.can(asAnn, asks)).toBe(false);
    expect(graph.can(asAnn, { verb: 'get', nonResourceURL: '/metrics' })).toBe(false);
  });

  it('ends on aggregation in a circle, and takes what both bring', () => {
    const chosen = (label: string) => ({
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: label } }] },
    });
    const labelled = (name: string, label: string, rules: readonly object[], more: object = {}) => ({
      ...clusterRole(name, rules, more),
      metadata: { name, labels: { to: label } },
    });
    const graph = graphOf(
      labelled('one', 'two', [], chosen('one')),
      labelled('two', 'one', [], chosen('two')),
      labelled('source', 'one', [rule({ verbs: ['list'] })]),
      bind('two', ann),
    );
    expect(graph.can(asAnn, { verb: 'list', group: '', resource: 'pods' })).toBe(true);
  });

  it('names the binding, the role and the rule that grant something, and who else has it', () => {
    const graph = graphOf(clusterRole('reader', [rule({})]), bind('reader', ann), bind('gone', ann));
    const asks = { verb: 'get', group: '', resource: 'pods', namespace: 'x' };
    expect(graph.grants(asAnn, asks)).toMatchObject([
      { binding: { name: 'reader-binding' }, role: { name: 'reader' }, rule: { verbs: ['get'] } },
    ]);
    expect(graph.whoCan(asks)).toMatchObject([{ subject: { kind: 'User', name: 'ann' } }]);
    expect(graph.whatCan(asAnn)).toHaveLength(1);
  });

  it('gives whoCan and can the same answer', () => {
    const verbs = fc.constantFrom('get', 'list', '*', 'create');
    const resources = fc.constantFrom('pods', 'pods/exec', '*', '*/exec', 'secrets');
    const roles = fc.array(
      fc.record({
        verbs: fc.array(verbs),
        resources: fc.array(resources),
        apiGroups: fc.constant(['', '*']),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(
        roles,
        fc.constantFrom('pods', 'secrets'),
        fc.constantFrom('', 'exec'),
        (rules, resource, sub) => {
          const graph = graphOf(
            ...rules.flatMap((one, at) => [clusterRole(`r${at}`, [one]), bind(`r${at}`, ann)]),
          );
          const asks = { verb: 'get', group: '', resource, subresource: sub, namespace: 'shop' };
          expect(graph.whoCan(asks).length > 0).toBe(graph.can(asAnn, asks));
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('takes names that every object of JavaScript has for what they are: none of ours', () => {
    const kinds = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const read = readAccess(kinds.map((kind) => ({ kind, metadata: { name: 'x' } })));
    expect([read.roles, read.bindings, read.pods]).toEqual([[], [], []]);
  });

  it('takes anything for an object without a fault', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.constantFrom('Role', 'ClusterRoleBinding', 'Pod'),
        (values, kind) => {
          const objects = values.map((value) => ({
            kind,
            metadata: value,
            rules: value,
            subjects: value,
            roleRef: value,
            spec: value,
          }));
          const graph = new AccessGraph(readAccess(objects));
          new EscalationPaths(graph).all();
          findRisks(graph);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});

const first = ({ verbs, groups, resources }: Need): object =>
  rule({ verbs: [verbs[0]], apiGroups: [groups[0]], resources: [resources[0]] });

describe('risky permissions', () => {
  it.each(RISK_PATTERNS.map((pattern) => [pattern.id, pattern] as const))('%s', (id, pattern) => {
    const held = (needs: readonly Need[], namespace?: string): { id: string; scope: string }[] =>
      findRisks(graphOf(clusterRole('r', needs.map(first)), bind('r', ann, namespace))).map(({ power }) => ({
        id: power.pattern.id,
        scope: power.scope,
      }));
    expect(held(pattern.needs)).toContainEqual({ id, scope: EVERYWHERE });
    for (const missing of pattern.needs)
      expect(held(pattern.needs.filter((need) => need !== missing)).map((one) => one.id)).not.toContain(id);
    const inNamespace = held(pattern.needs, 'shop').map((one) => one.id);
    if (pattern.scope === 'namespace') expect(inNamespace).toContain(id);
    else expect(inNamespace).not.toContain(id);
  });

  it('says by which grants', () => {
    const [risk] = findRisks(
      graphOf(
        clusterRole('execer', [rule({ resources: ['pods/exec'], verbs: ['create'] })]),
        bind('execer', ann, 'shop'),
      ),
    );
    expect(risk).toMatchObject({ power: { scope: 'shop' }, grants: [{ role: { name: 'execer' } }] });
  });

  it('keeps permissions over named objects apart', () => {
    const graph = graphOf(
      clusterRole('one-token', [
        rule({ resources: ['serviceaccounts/token'], verbs: ['create'], resourceNames: ['ci'] }),
      ]),
      bind('one-token', ann, 'shop'),
    );
    expect(findRisks(graph)).toMatchObject([{ power: { scope: 'shop', names: ['ci'] } }]);
  });
});

describe('paths', () => {
  const admin = clusterRole('cluster-admin', [rule({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] })]);
  const account = (namespace: string, name: string) => ({
    kind: 'ServiceAccount',
    metadata: { namespace, name },
  });
  const space = (name: string, level?: string) => ({
    kind: 'Namespace',
    metadata: { name, labels: level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level } },
  });
  const patternsOf = (...objects: readonly object[]) =>
    new EscalationPaths(graphOf(...objects)).from(asAnn)?.map(({ pattern }) => pattern);

  it('go from a permission in one namespace over an account to cluster-admin', () => {
    const objects = [
      admin,
      account('ops', 'robot'),
      space('ops', 'restricted'),
      bind('cluster-admin', { kind: 'ServiceAccount', namespace: 'ops', name: 'robot' }),
      clusterRole('maker', [rule({ apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] })]),
      bind('maker', ann, 'ops'),
    ];
    expect(patternsOf(...objects)).toEqual(['access.write-jobs', 'access.account', 'access.cluster-admin']);
    expect(patternsOf(...objects.filter((one) => one !== objects[3]))).toBeUndefined();
  });

  it('go over a node only where privileged pods are possible and the control plane is in reach', () => {
    const objects = [clusterRole('maker', [rule({ verbs: ['create'] })]), bind('maker', ann, 'shop')];
    expect(patternsOf(...objects, space('shop'))).toContain('access.create-pods');
    expect(patternsOf(...objects, space('shop', 'baseline'))).toBeUndefined();
    const managed = new EscalationPaths(graphOf(...objects, space('shop')), { managedControlPlane: true });
    expect(managed.from(asAnn)).toBeUndefined();
  });

  it.each<[string, object, string[] | undefined]>([
    ['is given a token', {}, ['access.pods-exec', 'access.account', 'access.cluster-admin']],
    ['is given none', { automountServiceAccountToken: false }, undefined],
    [
      'takes one itself',
      {
        automountServiceAccountToken: false,
        volumes: [
          { configMap: {} },
          { projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
        ],
      },
      ['access.pods-exec', 'access.account', 'access.cluster-admin'],
    ],
    [
      'takes one for somebody else',
      {
        automountServiceAccountToken: false,
        volumes: [{ projected: { sources: [{ serviceAccountToken: { audience: 'vault' } }] } }],
      },
      undefined,
    ],
  ])('go over a pod that %s as far as the token is good', (_, spec, steps) => {
    const objects = [
      ...[admin, account('shop', 'op'), space('shop', 'restricted')],
      bind('cluster-admin', { kind: 'ServiceAccount', namespace: 'shop', name: 'op' }),
      clusterRole('execer', [rule({ resources: ['pods/exec'], verbs: ['create'] })]),
      bind('execer', ann, 'shop'),
      {
        kind: 'Pod',
        metadata: { namespace: 'shop', name: 'op-0' },
        spec: { serviceAccountName: 'op', ...spec },
      },
    ];
    expect(patternsOf(...objects)).toEqual(steps);
  });

  it('tell groups from users, and prefer the shortest', () => {
    const graph = graphOf(admin, bind('cluster-admin', { kind: 'Group', name: 'ops' }));
    const paths = new EscalationPaths(graph);
    expect(paths.from({ user: 'ann', groups: ['ops'] })?.map(({ pattern }) => pattern)).toEqual([
      'access.member',
      'access.cluster-admin',
    ]);
    expect(paths.from(asAnn)).toBeUndefined();
    expect(paths.all().map(({ from }) => from)).toContain('Group/ops');
  });

  const RBAC = 'rbac.authorization.k8s.io';
  const named = (resources: string, verbs: string, names: readonly string[] = [], group = ''): object => ({
    apiGroups: [group],
    resources: resources.split(','),
    verbs: verbs.split(','),
    ...(names.length === 0 ? {} : { resourceNames: names }),
  });
  const HOOKS = 'mutatingwebhookconfigurations';
  const ADMISSION = 'admissionregistration.k8s.io';
  const CERTIFICATES = 'certificates.k8s.io';
  const sign = (signer: string): object[] => [
    named('certificatesigningrequests', 'create', [], CERTIFICATES),
    named('certificatesigningrequests/approval', 'update', [], CERTIFICATES),
    named('signers', 'approve', [signer], CERTIFICATES),
  ];
  const root = bind('cluster-admin', { kind: 'User', name: 'root' });

  it.each<[string, object[], string[] | undefined]>([
    [
      'a user and system:masters by two rules',
      [named('users', 'impersonate', ['bob']), named('groups', 'impersonate', ['system:masters'])],
      ['access.impersonate-masters'],
    ],
    [
      'a user by name and every group',
      [named('users', 'impersonate', ['bob']), named('groups', 'impersonate')],
      ['access.impersonate-masters'],
    ],
    [
      'service accounts and groups',
      [named('serviceaccounts,groups', 'impersonate')],
      ['access.impersonate-masters'],
    ],
    [
      'groups by name that hold nothing',
      [named('users', 'impersonate', ['bob']), named('groups', 'impersonate', ['devs'])],
      undefined,
    ],
    ['a user with the name of the group', [named('users', 'impersonate', ['system:masters'])], undefined],
    ['groups without anybody to be', [named('groups', 'impersonate')], undefined],
    ['one webhook', [named(HOOKS, 'update', ['hook'], ADMISSION)], ['access.mutating-webhooks']],
    ['a webhook that nobody can make by name', [named(HOOKS, 'create', ['hook'], ADMISSION)], undefined],
    [
      'the role it has',
      [named('clusterroles', 'escalate,update', ['r'], RBAC)],
      ['access.escalate-cluster-roles'],
    ],
    ['a role that nobody has', [named('clusterroles', 'escalate,update', ['x'], RBAC)], undefined],
    [
      'two roles, each in one way',
      [named('clusterroles', 'escalate', ['r'], RBAC), named('clusterroles', 'update', ['x'], RBAC)],
      undefined,
    ],
    [
      'binding of cluster-admin',
      [
        named('clusterroles', 'bind', ['cluster-admin'], RBAC),
        named('clusterrolebindings', 'create', [], RBAC),
      ],
      ['access.bind-cluster-roles'],
    ],
    [
      'certificates for clients',
      sign('kubernetes.io/kube-apiserver-client'),
      ['access.approve-certificates', 'access.account', 'access.cluster-admin'],
    ],
    ['certificates for servers', sign('kubernetes.io/kubelet-serving'), undefined],
  ])('take together what is limited to names: %s', (_, rules, patterns) => {
    expect(patternsOf(admin, root, clusterRole('r', rules), bind('r', ann))).toEqual(patterns);
  });

  it('lead from a group by name to what that group holds', () => {
    const rules = [named('users', 'impersonate', ['bob']), named('groups', 'impersonate', ['ops'])];
    const objects = [admin, bind('cluster-admin', { kind: 'Group', name: 'ops' })];
    expect(patternsOf(...objects, clusterRole('r', rules), bind('r', ann))).toEqual([
      'access.impersonate-masters',
      'access.cluster-admin',
    ]);
  });

  it('lead by a role that is written to whoever of its holders is in reach', () => {
    const objects = [
      account('shop', 'ci'),
      space('shop', 'restricted'),
      clusterRole('w', [named('clusterroles', 'escalate,patch', ['deployer'], RBAC)]),
      bind('w', ann),
      clusterRole('deployer', [named('pods', 'get')]),
      bind('deployer', { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }),
    ];
    expect(patternsOf(...objects)).toBeUndefined();
    const maker = [clusterRole('maker', [named('pods', 'create')]), bind('maker', ann, 'shop')];
    expect(patternsOf(...objects, ...maker)).toEqual(['access.escalate-cluster-roles']);
  });

  it('take together what somebody has by name and by groups', () => {
    const graph = graphOf(
      clusterRole('users', [named('users', 'impersonate', ['bob'])]),
      bind('users', ann),
      clusterRole('groups', [named('groups', 'impersonate', ['system:masters'])]),
      bind('groups', { kind: 'Group', name: 'ops' }),
    );
    const paths = new EscalationPaths(graph);
    expect(paths.from(asAnn)).toBeUndefined();
    expect(paths.from({ user: 'ann', groups: ['ops'] })).toMatchObject([
      {
        from: 'User/ann',
        to: 'cluster-admin',
        pattern: 'access.impersonate-masters',
        grants: [{ role: { name: 'users' } }, { role: { name: 'groups' } }],
      },
    ]);
  });
});
