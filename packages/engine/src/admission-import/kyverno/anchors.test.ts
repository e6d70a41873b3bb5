// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { pod, requestOf } from '../testing/judged.ts';
import { policy, refuses, taken } from '../testing/kyverno-policies.ts';

const by = (pattern: unknown, object: object): boolean => refuses(policy({ pattern }), requestOf(object));
const ofContainers = (item: object): object => ({ spec: { containers: [item] } });

/** Kinds without pods, as a request. */
const ROUTES: Readonly<Record<string, readonly [string, string]>> = {
  Secret: ['', 'secrets'],
  ConfigMap: ['', 'configmaps'],
  Service: ['', 'services'],
  PersistentVolumeClaim: ['', 'persistentvolumeclaims'],
  RoleBinding: ['rbac.authorization.k8s.io', 'rolebindings'],
};
const ofKind = (kind: string) => ({ match: { any: [{ resources: { kinds: [kind] } }] } });
function refusesKind(kind: string, pattern: object, content: object): boolean {
  const [group = '', resource = ''] = ROUTES[kind] ?? [];
  const object = {
    apiVersion: group === '' ? 'v1' : `${group}/v1`,
    kind,
    metadata: { name: 'x' },
    ...content,
  };
  return refuses(policy({ pattern }, ofKind(kind)), requestOf(object, { group, resource, kind }));
}
function isDropped(document: object): boolean {
  const { rules, notes } = taken(document);
  return rules.length === 0 && notes.length === 1 && notes[0]?.effect === 'dropped';
}

describe('a list or map that has to be there', () => {
  const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
  const ports = [{ containerPort: 8080 }];
  const subjects = [{ kind: 'Group' }];
  it.each<[string, object, object, boolean]>([
    ['a list of the pod', { tolerations }, {}, true],
    ['a list of the pod that fits', { tolerations }, { tolerations }, false],
    ['a list of the pod that does not', { tolerations }, { tolerations: [{ key: 'x' }] }, true],
    ['a list that may be missing', { '=(tolerations)': tolerations }, {}, false],
    ['a map', { securityContext: { '=(runAsNonRoot)': true } }, {}, true],
    ['an empty map', { securityContext: { '=(runAsNonRoot)': true } }, { securityContext: {} }, false],
    ['a map that may be missing', { '=(securityContext)': { '=(runAsNonRoot)': true } }, {}, false],
    ['a map without a key', { securityContext: { 'X(runAsUser)': 'null' } }, {}, true],
    ['a map whose key is null', { securityContext: { runAsUser: 'null' } }, {}, true],
    ['a map in a map', { '=(securityContext)': { seLinuxOptions: { '=(type)': 'a' } } }, {}, false],
    [
      'a map in a map that is there',
      { '=(securityContext)': { seLinuxOptions: { '=(type)': 'a' } } },
      { securityContext: { fsGroup: 1 } },
      true,
    ],
  ])('may not be missing: %s', (_name, spec, has, expected) => {
    expect(by({ spec }, pod(has))).toBe(expected);
  });

  it('may not be missing from an object either', () => {
    expect(refusesKind('RoleBinding', { subjects }, {})).toBe(true);
    expect(refusesKind('RoleBinding', { subjects }, { subjects })).toBe(false);
    expect(refusesKind('RoleBinding', { '=(subjects)': subjects }, {})).toBe(false);
    expect(refusesKind('Service', { spec: { '=(type)': 'ClusterIP' } }, {})).toBe(true);
    expect(refusesKind('Service', { spec: { '=(type)': 'ClusterIP' } }, { spec: {} })).toBe(false);
  });

  it('may not be missing from a container: lists that conditions go over are known', () => {
    const exposing = (containerPort: number) => pod({}, {}, { ports: [{ containerPort }] });
    const of = (pattern: object) =>
      [pod(), exposing(8080), exposing(1)].map((object) => by(ofContainers(pattern), object));
    expect(of({ ports })).toEqual([true, false, true]);
    expect(of({ '=(ports)': ports })).toEqual([false, false, true]);
    expect(of({ 'X(ports)': 'null' })).toEqual([false, true, true]);
  });

  it('leaves the rule out where no field tells of it', () => {
    expect(
      isDropped(policy({ pattern: ofContainers({ securityContext: { '=(privileged)': false } }) })),
    ).toBe(true);
  });

  it('is that of labels, too', () => {
    const labelled = pod({}, { labels: { app: 'x' } });
    const other = pod({}, { labels: { tier: 'x' } });
    const of = (metadata: object) => [pod(), labelled, other].map((object) => by({ metadata }, object));
    expect(of({ labels: { app: 'x' } })).toEqual([true, false, true]);
    expect(of({ '=(labels)': { app: 'x' } })).toEqual([false, false, true]);
    expect(of({ labels: { '=(app)': 'y' } })).toEqual([true, true, false]);
    expect(of({ '=(labels)': { '=(app)': 'y' } })).toEqual([false, true, false]);
    expect(of({ labels: { 'X(app)': 'null' } })).toEqual([true, true, false]);
  });
});

describe('a value asked of a list', () => {
  const adding = (...add: string[]) => pod({}, {}, { securityContext: { capabilities: { add } } });
  const added = (add: unknown) =>
    ofContainers({ '=(securityContext)': { '=(capabilities)': { '=(add)': add } } });
  it.each<[string, string[], boolean]>([
    ['NET_BIND_SERVICE', ['NET_BIND_SERVICE'], false],
    ['NET_BIND_SERVICE', ['NET_BIND_SERVICE', 'SYS_ADMIN'], true],
    ['NET_* | CHOWN', ['NET_BIND_SERVICE', 'CHOWN'], false],
    ['NET_* | CHOWN', ['NET_BIND_SERVICE', 'SYS_ADMIN'], true],
    ['!SYS_*', ['CHOWN', 'SYS_ADMIN'], true],
    ['!SYS_*', ['CHOWN'], false],
    ['?*', ['CHOWN'], false],
    ['null', ['CHOWN'], true],
  ])('is asked of every item: %s of %j', (pattern, add, expected) => {
    expect(by(added(pattern), adding(...add))).toBe(expected);
    expect(by(added(pattern), pod())).toBe(false);
  });

  const groups = (pattern: unknown) => ({
    spec: { '=(securityContext)': { '=(supplementalGroups)': pattern } },
  });
  it.each<[string, number[], boolean]>([
    ['>0', [5, 6], false],
    ['>0', [5, 0], true],
    ['>=1', [0], true],
    ['>=1', [10], false],
  ])('is asked of groups by their numbers: %s of %j', (pattern, supplementalGroups, expected) => {
    expect(by(groups(pattern), pod({ securityContext: { supplementalGroups } }))).toBe(expected);
  });

  it.each<[string, object]>([
    ['PersistentVolumeClaim', { spec: { accessModes: 'ReadWriteOnce' } }],
    ['PersistentVolumeClaim', { spec: { accessModes: '!ReadWriteMany | !ReadOnlyMany' } }],
    ['Service', { spec: { '=(externalIPs)': '10.*' } }],
    ['NetworkPolicy', { spec: { policyTypes: 'Ingress' } }],
    ['Pod', ofContainers({ args: '--safe' })],
    ['Pod', groups('>5')],
    ['Pod', groups('1-5')],
    ['Pod', added('null | CHOWN')],
  ])('leaves the rule out where every item cannot be asked: %s %j', (kind, pattern) => {
    expect(isDropped(policy({ pattern }, ofKind(kind)))).toBe(true);
  });

  it('is read where it says what no item may be, or that there are some', () => {
    const claimed = (pattern: string, accessModes: string[]) =>
      refusesKind('PersistentVolumeClaim', { spec: { accessModes: pattern } }, { spec: { accessModes } });
    expect(claimed('!ReadWriteMany', ['ReadWriteOnce', 'ReadWriteMany'])).toBe(true);
    expect(claimed('!ReadWriteMany & !Read*Pod', ['ReadWriteOnce'])).toBe(false);
    expect([claimed('?*', ['ReadWriteOnce']), claimed('?*', [])]).toEqual([false, true]);
    expect([claimed('*', ['ReadWriteOnce']), claimed('*', [])]).toEqual([false, true]);
  });

  it('is asked in vain of a list or map of which nobody knows', () => {
    const named = (volumeName: unknown) =>
      refusesKind('PersistentVolumeClaim', { spec: { volumeName: 'a*' } }, { spec: { volumeName } });
    expect([named('a1'), named('b'), named(['b', 'a1']), named({ a1: 1 })]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('anchors of the keys of an object', () => {
  const tls = { '(type)': 'kubernetes.io/tls', data: { 'tls.crt': '?*' } };
  const notThere = { 'X(data)': '?*' };
  const immutable = { '=(immutable)': true };
  it.each<[string, string, object, object, boolean]>([
    ['X, and it is there', 'Secret', notThere, { data: { a: 'x' } }, true],
    ['X, and it is not', 'Secret', notThere, { type: 'Opaque' }, false],
    ['X of a value of any kind', 'Secret', { 'X(immutable)': '*' }, { immutable: false }, true],
    ['a condition that does not hold', 'Secret', tls, { type: 'Opaque', data: { a: 'x' } }, false],
    ['a condition on what is not there', 'Secret', tls, { data: { a: 'x' } }, false],
    ['a condition that holds', 'Secret', tls, { type: 'kubernetes.io/tls', data: { a: 'x' } }, true],
    [
      'a condition that holds, and the rest',
      'Secret',
      tls,
      { type: 'kubernetes.io/tls', data: { 'tls.crt': 'x' } },
      false,
    ],
    ['equality of what is not there', 'ConfigMap', immutable, {}, false],
    ['equality that holds', 'ConfigMap', immutable, { immutable: true }, false],
    ['equality that does not', 'ConfigMap', immutable, { immutable: false }, true],
  ])('are read: %s', (_name, kind, pattern, content, expected) => {
    expect(refusesKind(kind, pattern, content)).toBe(expected);
  });

  it('are read of metadata and of the specification of a pod', () => {
    const ofTier = { '(metadata)': { labels: { tier: 'db' } }, spec: { nodeName: 'n1' } };
    const db = { labels: { tier: 'db' } };
    expect([by(ofTier, pod()), by(ofTier, pod({}, db)), by(ofTier, pod({ nodeName: 'n1' }, db))]).toEqual([
      false,
      true,
      false,
    ]);
    const ofHost = { '(spec)': { hostNetwork: true }, metadata: { labels: { net: 'ok' } } };
    const onHost = { hostNetwork: true };
    expect([by(ofHost, pod()), by(ofHost, pod(onHost))]).toEqual([false, true]);
    expect(by(ofHost, pod(onHost, { labels: { net: 'ok' } }))).toBe(false);
    expect(by({ '=(spec)': { hostNetwork: true } }, pod())).toBe(true);
    expect(by({ '=(metadata)': { '=(annotations)': { '=(a)': 'b' } } }, pod())).toBe(false);
  });

  it('end the whole pattern where a condition in a map does not hold', () => {
    const pattern = { spec: { '(hostNetwork)': true }, metadata: { labels: { net: 'ok' } } };
    expect([by(pattern, pod()), by(pattern, pod({ hostNetwork: true }))]).toEqual([false, true]);
    expect(by(pattern, pod({ hostNetwork: true }, { labels: { net: 'ok' } }))).toBe(false);
    const below = { spec: { securityContext: { '(runAsUser)': 5, runAsGroup: 6 }, nodeName: 'n1' } };
    const running = (securityContext: object | undefined) => by(below, pod({ securityContext }));
    // The map itself has to be there all the same.
    expect(running(undefined)).toBe(true);
    expect(running({ runAsUser: 4 })).toBe(false);
    expect(running({ runAsUser: 5, runAsGroup: 6 })).toBe(true);
    expect(by(below, pod({ nodeName: 'n1', securityContext: { runAsUser: 5, runAsGroup: 6 } }))).toBe(false);
  });

  const pod1 = { hostNetwork: false };
  it.each<[string, string, object]>([
    ['existence', 'RoleBinding', { '^(subjects)': [{ kind: 'Group' }] }],
    ['a condition on all', 'Pod', { '<(metadata)': { labels: { a: 'b' } }, spec: pod1 }],
    ['absence of the metadata', 'Pod', { 'X(metadata)': 'null', spec: pod1 }],
    ['something to be added', 'Secret', { '+(type)': 'Opaque' }],
    ['a condition on nothing', 'Secret', { '(immutable)': null, type: 'Opaque' }],
    ['what is not of a pod', 'Pod', { kind: 'Pod', spec: pod1 }],
    ['stars', 'Secret', { 'd*': { a: 'b' } }],
    [
      'a condition beside another',
      'Pod',
      { spec: { '(hostNetwork)': true }, '(metadata)': { labels: { a: 'b' } } },
    ],
    [
      'a condition beside equality',
      'Pod',
      { spec: { securityContext: { '(runAsUser)': 5 }, '=(nodeName)': 'a' } },
    ],
    [
      'a condition in a map that may be missing, and more',
      'Pod',
      { spec: { '=(securityContext)': { '(runAsUser)': 5, runAsGroup: 6 }, nodeName: 'a' } },
    ],
    ['a label that is null', 'Pod', { metadata: { labels: { a: null } } }],
  ])('leave the rule out where they say what is not read: %s', (_name, kind, pattern) => {
    expect(isDropped(policy({ pattern }, ofKind(kind)))).toBe(true);
  });

  it('leave several patterns out when one has a condition: the others are asked where it does not hold', () => {
    const anyPattern = [{ spec: { '(hostNetwork)': true, nodeName: 'a' } }, { spec: { hostPID: true } }];
    expect(isDropped(policy({ anyPattern }))).toBe(true);
    expect(isDropped(policy({ anyPattern: anyPattern.slice(0, 1) }))).toBe(false);
  });
});
