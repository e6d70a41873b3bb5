// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { ADMISSION_FIELDS } from '../../admission/index.ts';
import { requestOf, verdict } from '../testing/judged.ts';
import { importKyverno } from './index.ts';

function taken(kind: string, pattern: object) {
  const match = { any: [{ resources: { kinds: [kind] } }] };
  const result = importKyverno({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'example' },
    spec: {
      validationFailureAction: 'Enforce',
      rules: [{ name: 'first', match, validate: { pattern } }],
    },
  });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

describe('patterns of what our fields count, or answer with yes or no', () => {
  const refused = (kind: string, resource: string, spec: object, pattern: object): boolean => {
    const { rules, notes } = taken(kind, { spec: pattern });
    expect(notes).toEqual([]);
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec,
    };
    const request = requestOf(object, { group: 'networking.k8s.io', resource, kind });
    return verdict(rules, request).decision.verdict === 'deny';
  };
  it.each<[string, object, object, boolean]>([
    ['no rules, and none may be', {}, { 'X(ingress)': 'null' }, false],
    ['a rule, and none may be', { ingress: [{ from: [{}] }] }, { 'X(ingress)': 'null' }, true],
    ['no rules, and some must be', {}, { ingress: '?*' }, true],
  ])('ask what stands in a network policy: %s', (_what, spec, pattern, expected) => {
    expect(refused('NetworkPolicy', 'networkpolicies', spec, pattern)).toBe(expected);
  });
  it.each<[string, object, object, boolean]>([
    ['no certificate, and none may be', {}, { 'X(tls)': 'null' }, false],
    ['a certificate, and none may be', { tls: [{ hosts: ['a'] }] }, { 'X(tls)': 'null' }, true],
    ['no certificate, and one must be', {}, { tls: '?*' }, true],
  ])('ask what stands in an ingress: %s', (_what, spec, pattern, expected) => {
    expect(refused('Ingress', 'ingresses', spec, pattern)).toBe(expected);
  });
});

describe('a pattern that asks a field of the catalogue', () => {
  const ofContainers = (item: object): object => ({ spec: { containers: [item] } });
  /** What holds an item of each subject. */
  const holders: Readonly<Record<string, (inner: object) => object>> = {
    object: (inner) => inner,
    'role-rule': (item) => ({ rules: [item] }),
    subject: (item) => ({ subjects: [item] }),
    pod: (spec) => ({ spec }),
    container: ofContainers,
    volume: (item) => ({ spec: { volumes: [item] } }),
    port: (item) => ofContainers({ ports: [item] }),
    env: (item) => ofContainers({ env: [item] }),
    mount: (item) => ofContainers({ volumeMounts: [item] }),
  };
  const outsidePods = new Set(['object', 'role-rule', 'subject']);
  // Every object has a kind, and patterns go through its metadata on a way of their own.
  const places = ADMISSION_FIELDS.flatMap(({ name, subject, path: [first = '', ...rest] }) => {
    const holder = holders[subject];
    const isPlace = first !== '' && first !== 'metadata' && `${subject} ${first}` !== 'object kind';
    return holder !== undefined && isPlace ? [{ name, subject, holder, path: [first, ...rest] }] : [];
  });

  it.each(places)('finds nothing where nothing stands: $name', ({ subject, holder, path }) => {
    const [last = '', ...above] = path.toReversed();
    const asking = (key: string, value: string, mapAt: (step: string) => string): object =>
      holder(above.reduce<object>((inner, step) => ({ [mapAt(step)]: inner }), { [key]: value }));
    const ofPod = !outsidePods.has(subject);
    const kind = ofPod ? 'Pod' : 'RoleBinding';
    const request = requestOf(
      holder({}),
      ofPod ? {} : { group: 'rbac.authorization.k8s.io', resource: 'rolebindings', kind },
    );
    const ways = [asking(`X(${last})`, 'null', (step) => `=(${step})`), asking(last, '?*', (step) => step)];
    const verdicts = ways.map((pattern) => {
      const { rules, notes } = taken(kind, pattern);
      // What no field can say is told, and asked of nobody.
      if (notes.length > 0) return 'told';
      return verdict(rules, request).decision.verdict;
    });
    expect([
      ['allow', 'deny'],
      ['told', 'told'],
    ]).toContainEqual(verdicts);
  });
});
