// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AccessUse, AccessUseRow, parser } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccessGraph,
  answerUse,
  listUse,
  personOf,
  proposeSmallerRole,
  readAccess,
  requestsOf,
  smallerRoleYaml,
  type UsedPermission,
} from './index.ts';

const role = (kind: string, name: string, rules: object[], namespace = '') => ({
  kind,
  metadata: { name, namespace },
  rules,
});
const bound = (kind: string, name: string, to: string, subjects: object[], namespace = '') => ({
  kind,
  metadata: { name, namespace },
  roleRef: { kind: to.split('/')[0], name: to.split('/')[1] },
  subjects,
});
const rule = (verbs: string[], resources: string[], more: object = {}) => ({
  ...{ verbs, resources, apiGroups: [''] },
  ...more,
});
const ci = { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' };
const CI = personOf('ServiceAccount/shop/ci', []);
const used = (verb: string, resource: string, more: object = {}, names: string[] = ['']): UsedPermission => ({
  attributes: { verb, group: '', resource, namespace: 'shop', ...more },
  names,
  isCut: false,
});
const graphOf = (...objects: object[]): AccessGraph => new AccessGraph(readAccess(objects));
const DAY = 24 * 3_600_000;
const MONTH = 30 * DAY;
const window = { sinceMs: 0, untilMs: 40 * DAY, gapMs: 0, isCut: false };

const mighty = graphOf(
  role('ClusterRole', 'mighty', [
    rule(['*'], ['*'], { apiGroups: ['*'] }),
    { verbs: ['get'], nonResourceURLs: ['/metrics'] },
  ]),
  bound('ClusterRoleBinding', 'ci-mighty', 'ClusterRole/mighty', [ci, { kind: 'User', name: 'ann' }]),
  role('ClusterRole', 'basic', [rule(['list'], ['namespaces'])]),
  bound('ClusterRoleBinding', 'everybody', 'ClusterRole/basic', [
    { kind: 'Group', name: 'system:authenticated' },
  ]),
);

describe('a smaller role', () => {
  it('keeps what was used, where it was used, and closes the way to cluster-admin', () => {
    const seen = [
      used('get', 'configmaps', {}, ['settings']),
      used('list', 'pods'),
      used('get', 'pods', {}, ['a', 'b']),
      used('create', 'deployments', { group: 'apps', namespace: 'bank' }),
      used('list', 'nodes', { namespace: '' }),
      used('list', 'namespaces', { namespace: '' }),
      { attributes: { verb: 'get', nonResourceURL: '/metrics' }, names: [''], isCut: false },
    ];
    const made = proposeSmallerRole(mighty, CI, seen);
    expect(made).toMatchObject({ checked: 8, stillAllowed: 8, reachesAdmin: true, reachesAdminAfter: false });
    expect(made.replaces.map(({ name }) => name)).toEqual(['ci-mighty']);
    expect(made.roles.map(({ kind, namespace, name }) => `${kind} ${namespace} ${name}`)).toEqual([
      'Role shop ci-used',
      'Role bank ci-used',
      'ClusterRole  ci-used',
    ]);
    expect(smallerRoleYaml(made)).toBe(`apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: "ci-used"
  namespace: "shop"
rules:
- apiGroups: [""]
  resources: ["configmaps"]
  verbs: ["get"]
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["get", "list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: "ci-used"
  namespace: "bank"
rules:
- apiGroups: ["apps"]
  resources: ["deployments"]
  verbs: ["create"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: "ci-used"
rules:
- apiGroups: [""]
  resources: ["nodes"]
  verbs: ["list"]
- nonResourceURLs: ["/metrics"]
  verbs: ["get"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: "ci-used"
  namespace: "shop"
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: "ci-used" }
subjects:
- { kind: ServiceAccount, namespace: "shop", name: "ci" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: "ci-used"
  namespace: "bank"
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: "ci-used" }
subjects:
- { kind: ServiceAccount, namespace: "shop", name: "ci" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: "ci-used"
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "ci-used" }
subjects:
- { kind: ServiceAccount, namespace: "shop", name: "ci" }
`);
  });

  it('stays limited to names where the grant was, and to all of them when not every name is known', () => {
    const graph = graphOf(
      role('Role', 'three', [rule(['get'], ['secrets'], { resourceNames: ['a', 'b', 'c'] })], 'shop'),
      bound('RoleBinding', 'three', 'Role/three', [ci], 'shop'),
    );
    const names = (isCut: boolean) =>
      proposeSmallerRole(graph, CI, [{ ...used('get', 'secrets', {}, ['b']), isCut }]).roles[0]?.rules[0]
        ?.resourceNames;
    expect(names(false)).toEqual(['b']);
    expect(names(true)).toEqual(['a', 'b', 'c']);
  });

  it('takes no name that is there', () => {
    const graph = graphOf(
      role('Role', 'ci-used', [rule(['get'], ['pods'])], 'shop'),
      bound('RoleBinding', 'mine', 'Role/ci-used', [ci], 'shop'),
    );
    expect(proposeSmallerRole(graph, CI, [used('get', 'pods')]).roles[0]?.name).toBe('ci-used-2');
  });

  it('allows every used request that was allowed, and no verb on a resource that was not used', () => {
    const word = fc.constantFrom('pods', 'secrets', 'configmaps');
    const verb = fc.constantFrom('get', 'list', 'create', 'delete');
    const request = fc.record({ verb, resource: word, namespace: fc.constantFrom('', 'shop', 'bank') });
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 12 }),
        fc.array(verb, { minLength: 1 }),
        (requests, verbs) => {
          const graph = graphOf(
            role('ClusterRole', 'some', [rule(verbs, ['pods', 'secrets'])]),
            bound('ClusterRoleBinding', 'some', 'ClusterRole/some', [ci]),
          );
          const seen = requests.map(({ verb: one, resource, namespace }) =>
            used(one, resource, { namespace }),
          );
          const made = proposeSmallerRole(graph, CI, seen);
          expect(made.stillAllowed).toBe(made.checked);
          expect(made.checked).toBe(seen.flatMap(requestsOf).filter((one) => graph.can(CI, one)).length);
          for (const { namespace, rules } of made.roles)
            for (const given of rules)
              for (const resource of given.resources)
                for (const one of given.verbs)
                  expect(requests).toContainEqual({ verb: one, resource, namespace });
        },
      ),
      { numRuns: 200, seed: 11 },
    );
  });
});

describe('what was granted and not used', () => {
  const graph = graphOf(
    role('Role', 'work', [rule(['get', 'delete'], ['pods', 'secrets'])], 'shop'),
    bound('RoleBinding', 'work', 'Role/work', [ci], 'shop'),
  );
  const seen = [used('get', 'pods', {}, ['a'])];
  const answer = (more: object = {}, neededMs = MONTH) =>
    answerUse(graph, CI, { used: seen, window: { ...window, ...more }, neededMs });

  it('is told by grant, in the form of the contract', () => {
    expect(parser(AccessUse)(answer())).toMatchObject({ ok: true });
    expect(answer()).toMatchObject({
      subject: 'ServiceAccount/shop/ci',
      ...{ unseenIs: 'unused', used: 1, unseen: 3 },
      grants: [{ used: ['get pods'], unseen: ['delete pods', 'get secrets', 'delete secrets'] }],
      proposal: { checked: 1, stillAllowed: 1, replaces: [{ kind: 'RoleBinding', name: 'work' }] },
    });
  });

  it('is unused only after a window that is long enough and whole', () => {
    expect(answer({ untilMs: 29 * DAY }).unseenIs).toBe('not-known');
    expect(answer({ gapMs: 11 * DAY }).unseenIs).toBe('not-known');
    expect(answer({ isCut: true }).unseenIs).toBe('not-known');
    expect(answer({ sinceMs: undefined, untilMs: undefined }, 0).unseenIs).toBe('not-watched');
    const half = new AccessGraph(readAccess([], ['RoleBinding']));
    expect(answerUse(half, CI, { used: seen, window, neededMs: 0 })).toMatchObject({
      unseenIs: 'not-known',
      unreadable: ['RoleBinding'],
    });
  });

  it('has no proposal when nothing was used', () => {
    expect(answerUse(graph, CI, { used: [], window, neededMs: MONTH })).toMatchObject({ used: 0, unseen: 4 });
    expect(answerUse(graph, CI, { used: [], window, neededMs: MONTH }).proposal).toBeUndefined();
  });
});

describe('what everybody was given and did not use', () => {
  const scheduler = { kind: 'User', name: 'system:kube-scheduler' };
  const graph = graphOf(
    role('Role', 'work', [rule(['get', 'delete'], ['pods', 'secrets'])], 'shop'),
    bound('RoleBinding', 'work', 'Role/work', [ci, { kind: 'Group', name: 'devs' }], 'shop'),
    role('ClusterRole', 'nodes', [rule(['list'], ['nodes'])]),
    bound('ClusterRoleBinding', 'ci-nodes', 'ClusterRole/nodes', [ci, { kind: 'User', name: 'ann' }]),
    bound('ClusterRoleBinding', 'dangling', 'ClusterRole/none', [{ kind: 'User', name: 'bob' }]),
    role('ClusterRole', 'system:kube-scheduler', [rule(['create'], ['events'])]),
    bound('ClusterRoleBinding', 'system:kube-scheduler', 'ClusterRole/system:kube-scheduler', [scheduler]),
    role('ClusterRole', 'basic', [rule(['list'], ['namespaces'])]),
    bound('ClusterRoleBinding', 'everybody', 'ClusterRole/basic', [
      { kind: 'Group', name: 'system:authenticated' },
    ]),
  );
  const usedOf = (user: string): UsedPermission[] =>
    user === CI.user ? [used('get', 'pods', {}, ['a']), used('list', 'namespaces')] : [];
  const list = (more: object = {}, from = graph) =>
    listUse(from, { usedOf, window: { ...window, ...more }, neededMs: MONTH });

  it('has a row for each user and account, without groups, what groups give, and bindings of nothing', () => {
    const rows = list();
    for (const row of rows) expect(parser(AccessUseRow)(row)).toMatchObject({ ok: true });
    expect(rows.map(({ subject, used: seen, unseen }) => [subject, seen, unseen])).toEqual([
      ['ServiceAccount/shop/ci', 1, 4],
      ['User/ann', 0, 1],
      ['User/system:kube-scheduler', 0, 1],
    ]);
    expect(rows[0]).toMatchObject({
      ...{ unseenIs: 'unused', origin: 'given', watchedMs: 40 * DAY, neededMs: MONTH },
      notSeen: ['delete pods', 'get secrets', 'delete secrets', 'list nodes'],
      bindings: ['RoleBinding/shop/work', 'ClusterRoleBinding/ci-nodes'],
      idleBindings: ['ClusterRoleBinding/ci-nodes'],
    });
    expect(rows[2]).toMatchObject({ origin: 'kubernetes' });
  });

  it('calls nothing unused after a short window, a gap, or while something cannot be read', () => {
    const meanings = (rows: ReturnType<typeof list>) => [...new Set(rows.map(({ unseenIs }) => unseenIs))];
    expect(meanings(list({ untilMs: 29 * DAY }))).toEqual(['not-known']);
    expect(meanings(list({ gapMs: 11 * DAY }))).toEqual(['not-known']);
    expect(meanings(list({ sinceMs: undefined }))).toEqual(['not-watched']);
    const half = new AccessGraph({ ...graph.snapshot, unreadable: ['Role'] });
    expect(meanings(list({}, half))).toEqual(['not-known']);
  });

  it('calls no binding idle where there are more permissions than are looked at', () => {
    const many = graphOf(
      role('ClusterRole', 'wide', [
        rule(
          ['get'],
          Array.from({ length: 4001 }, (_, n) => `r${n}`),
        ),
        rule(['list'], ['pods']),
      ]),
      bound('ClusterRoleBinding', 'wide', 'ClusterRole/wide', [ci]),
    );
    expect(list({}, many)).toMatchObject([{ unseenIs: 'not-known', idleBindings: [] }]);
  });
});
