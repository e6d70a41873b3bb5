// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { compileCel, DYN, environmentOf, type Value } from '@bartizan/engine/cel';
import { describe, expect, it } from 'vitest';
import type { AskedMore } from './asked-resources.ts';
import { desiredConfigurations, type RegistrationPlan } from './registration.ts';

const PLAN: RegistrationPlan = {
  instance: 'main',
  address: { url: 'https://10.0.0.1:8443' },
  caPem: 'first',
  ownNamespaces: ['bartizan'],
  mayFailClosed: true,
  more: { judged: [], entered: [] },
};
const LABEL = 'policy.bartizan.dev/fail-closed';
const CLOSED = { [LABEL]: 'true' };

type Labels = Readonly<Record<string, string>>;
interface Webhook {
  readonly name: string;
  readonly failurePolicy: 'Ignore' | 'Fail';
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly operations: readonly string[];
    readonly scope: string;
  }[];
  readonly namespaceSelector: {
    readonly matchExpressions: readonly { key: string; operator: 'In' | 'NotIn'; values: string[] }[];
  };
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
}
interface Asked {
  readonly operation: string;
  /** As the API server names it, with its sub-resource. */
  readonly resource: string;
  readonly group?: string;
  readonly namespace?: string;
  /** Labels of the namespace as it lies in the cluster. */
  readonly live?: Labels;
  readonly object?: Value;
  readonly oldObject?: Value;
}

const ENVIRONMENT = environmentOf({
  variables: { object: DYN, oldObject: DYN, request: DYN },
  libraries: [],
});
function holds(expression: string, { operation, resource, group = '', object, oldObject }: Asked): boolean {
  const program = compileCel(expression, { environment: ENVIRONMENT });
  if (!program.ok) throw new Error(program.error.detail);
  const [plural = '', subresource = ''] = resource.split('/');
  const kind = { group, resource: plural };
  const request = { operation, resource: kind, subResource: subresource, userInfo: { groups: [] } };
  const value = program.value.value({ request, object: object ?? null, oldObject: oldObject ?? null });
  if (typeof value !== 'boolean') throw new Error(String(value));
  return value;
}

const labelsOf = (object: Value | undefined): Labels =>
  (object as { metadata?: { labels?: Labels } } | undefined)?.metadata?.labels ?? {};

/** Whether the API server asks this entry: scope and selector as its matchers take them. */
function isAsking(webhook: Webhook, asked: Asked): boolean {
  const { operation, resource, group = '', namespace = '' } = asked;
  const isNamespace = group === '' && resource.split('/')[0] === 'namespaces';
  const isNamespaced = !isNamespace && namespace !== '';
  const isCovered = webhook.rules.some(
    (rule) =>
      rule.apiGroups.includes(group) &&
      rule.operations.includes(operation) &&
      (rule.resources.includes(resource) || (rule.resources.includes('*') && !resource.includes('/'))) &&
      (rule.scope === '*' || (rule.scope === 'Namespaced' && isNamespaced)),
  );
  // Of a Namespace that is written, the labels that were sent count, not those that lie there.
  const isSent = resource === 'namespaces' && ['CREATE', 'UPDATE'].includes(operation);
  const labels: Labels = isSent ? labelsOf(asked.object) : (asked.live ?? {});
  const isSelected = webhook.namespaceSelector.matchExpressions.every(
    ({ key, operator, values }) => values.includes(labels[key] ?? '') === (operator === 'In'),
  );
  if (!isCovered || !(isSelected || !(isNamespace || isNamespaced))) return false;
  return (webhook.matchConditions ?? []).every(({ expression }) => holds(expression, asked));
}

const validating = (more: Partial<RegistrationPlan> = {}): readonly Webhook[] =>
  desiredConfigurations({ ...PLAN, ...more })
    .filter(({ name }) => !name.endsWith('-mutate'))
    .flatMap(({ object }) => object.webhooks as readonly Webhook[]);
const asking = (asked: Asked, more: Partial<RegistrationPlan> = {}) =>
  validating(more)
    .filter((webhook) => isAsking(webhook, asked))
    .map(({ name, failurePolicy }) => `${name} ${failurePolicy}`);

const aNamespace = (labels: Labels = {}): Value => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', ...labels } },
});
const inShop = (live: Labels): Asked => ({
  ...{ operation: 'CREATE', resource: 'pods', namespace: 'shop', object: { metadata: { name: 'p' } } },
  live: { 'kubernetes.io/metadata.name': 'shop', ...live },
});
const MORE: AskedMore = {
  judged: [
    { groups: [''], resources: ['namespaces', 'secrets', 'namespaces/status'], operations: ['DELETE'] },
    { groups: [''], resources: ['*'], operations: ['CREATE'] },
    { groups: ['example.com'], resources: ['namespaces'], operations: ['CREATE'] },
  ],
  entered: [],
};

describe('the registration', () => {
  it('asks about what is in a namespace by one entry, the one that the namespace chose', () => {
    expect(asking(inShop({}))).toEqual(['validate.bartizan.dev Ignore']);
    expect(asking(inShop(CLOSED))).toEqual(['validate-fail-closed.bartizan.dev Fail']);
    expect(asking(inShop(CLOSED), { mayFailClosed: false })).toEqual(['validate.bartizan.dev Ignore']);
    for (const live of [{}, CLOSED]) {
      const entered = { ...inShop(live), operation: 'CONNECT', resource: 'pods/exec' };
      expect(asking(entered)).toHaveLength(1);
    }
  });

  it('asks about objects of the whole cluster by the open entry, and exempts what repairs the cluster', () => {
    const role = { operation: 'CREATE', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };
    expect(asking({ ...role, object: { metadata: { name: 'r' } } })).toEqual([
      'validate.bartizan.dev Ignore',
    ]);
    for (const name of ['kube-system', 'kube-node-lease', 'bartizan'])
      expect(asking(inShop({ 'kubernetes.io/metadata.name': name }))).toEqual([]);
    const [, , mutate] = desiredConfigurations(PLAN).map(({ object }) => object.webhooks);
    expect(mutate).toMatchObject([{ failurePolicy: 'Ignore', reinvocationPolicy: 'Never' }]);
  });

  it.each<[string, Labels, Labels]>([
    ['without the label', {}, {}],
    ['with the label', CLOSED, CLOSED],
    ['that gets the label', {}, CLOSED],
    ['that loses the label', CLOSED, {}],
  ])('asks about a Namespace by one entry, whatever it says of itself: %s', (_, live, sent) => {
    const entry = ['validate-namespaces.bartizan.dev Ignore'];
    const asked = { resource: 'namespaces', namespace: 'shop', live };
    const update = { ...asked, operation: 'UPDATE', object: aNamespace(sent), oldObject: aNamespace(live) };
    for (const mayFailClosed of [true, false]) {
      expect(asking(update, { mayFailClosed })).toEqual(entry);
      for (const more of [PLAN.more, MORE])
        expect(
          asking({ ...asked, operation: 'CREATE', object: aNamespace(sent) }, { mayFailClosed, more }),
        ).toEqual(entry);
    }
    expect(asking({ ...asked, operation: 'DELETE' })).toEqual([]);
    expect(asking({ ...asked, operation: 'DELETE' }, { more: MORE })).toEqual(entry);
    expect(asking({ ...asked, resource: 'namespaces/status', operation: 'DELETE' }, { more: MORE })).toEqual(
      entry,
    );
  });

  it('asks about what stands beside namespaces in a rule as before', () => {
    const secret = { ...inShop({}), operation: 'DELETE', resource: 'secrets' };
    expect(asking(secret, { more: MORE })).toEqual(['validate.bartizan.dev Ignore']);
    const theirs = { ...inShop({}), group: 'example.com', resource: 'namespaces' };
    expect(asking(theirs, { more: MORE })).toEqual(['validate.bartizan.dev Ignore']);
    const another = { ...inShop(CLOSED), resource: 'endpoints' };
    expect(asking(another, { more: MORE })).toEqual(['validate-fail-closed.bartizan.dev Fail']);
  });

  it('has no rule without a resource, which no API server takes', () => {
    const more = {
      judged: [{ groups: [''], resources: ['namespaces'], operations: ['DELETE'] }],
      entered: [],
    };
    for (const { rules } of validating({ more }))
      for (const { resources } of rules) expect(resources).not.toEqual([]);
  });
});

describe('an update of an object on its way out', () => {
  const leaving = (
    more: { readonly [key: string]: Value },
    metadata: { readonly [key: string]: Value } = {},
  ) =>
    ({
      ...{ apiVersion: 'v1', kind: 'Service' },
      metadata: {
        ...{ name: 's', deletionTimestamp: '2026-01-01T00:00:00Z', labels: { app: 's' } },
        ...metadata,
      },
      ...more,
    }) as Value;
  const spec = { type: 'ClusterIP', ports: [{ port: 80 }] };
  const update = (resource: string, oldObject: Value, object: Value, group = '') =>
    asking({ ...inShop({}), operation: 'UPDATE', resource, group, oldObject, object });
  const ASKED = ['validate.bartizan.dev Ignore'];

  it('is not asked about where only the bookkeeping of the API server changes', () => {
    const before = leaving({ spec }, { finalizers: ['a', 'b'], resourceVersion: '1', generation: 1 });
    const after = leaving({ spec, status: { at: 1 } }, { finalizers: ['a'], resourceVersion: '2' });
    expect(update('services', before, after)).toEqual([]);
    expect(update('services', before, before)).toEqual([]);
  });

  it.each<[string, Value, Value, string, string]>([
    [
      'what a Service does',
      leaving({ spec }),
      leaving({ spec: { ...spec, externalIPs: ['10.0.0.9'] } }),
      ...(['services', ''] as const),
    ],
    ['a field that comes', leaving({}), leaving({ spec }), 'services', ''],
    ['a field that goes', leaving({ spec }), leaving({}), 'services', ''],
    [
      'who may',
      leaving({ roleRef: { name: 'admin' }, subjects: [] }),
      leaving({ roleRef: { name: 'admin' }, subjects: [{ kind: 'User', name: 'eve' }] }),
      ...(['rolebindings', 'rbac.authorization.k8s.io'] as const),
    ],
    [
      'an annotation',
      leaving({ spec }),
      leaving({ spec }, { annotations: { 'example.org/allow': 'all' } }),
      ...(['services', ''] as const),
    ],
    ['a label', leaving({ spec }), leaving({ spec }, { labels: { app: 'other' } }), 'services', ''],
  ])('is asked about where more changes: %s', (_, before, after, resource, group) => {
    expect(update(resource, before, after, group)).toEqual(ASKED);
  });

  it('is asked about where it has so many fields that the API server could not compare them', () => {
    const many = leaving(Object.fromEntries(Array.from({ length: 70_000 }, (_, at) => [`f${at}`, at])));
    expect(update('services', many, many)).toEqual(ASKED);
    expect(update('services', many, leaving({}))).toEqual(ASKED);
  });

  it('is told from one that stays, and from what has no metadata', () => {
    const stays = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec };
    expect(update('services', stays, stays)).toEqual(ASKED);
    expect(update('services', { kind: 'Odd' }, { kind: 'Odd' })).toEqual(ASKED);
  });
});
