// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import { apiVersionOf, type JsonRecord, type Resource, recordOf } from '@bartizan/adapters/kube';
import { MUTATE_LABEL } from '@bartizan/engine/admission-native';
import { type AskedMore, type AskedRule, COMPLETED, ENTERED, JUDGED } from './asked-resources.ts';

const of = (kind: string, plural: string): Resource => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind,
  plural,
  isNamespaced: false,
});
export const VALIDATING = of('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations');
export const MUTATING = of('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations');

/** Namespaces with this label are refused what we cannot judge, also while we are away. */
export const FAIL_CLOSED_LABEL = 'policy.bartizan.dev/fail-closed';
const NAME_LABEL = 'kubernetes.io/metadata.name';
/** Never asked about: the cluster must be able to repair itself, and us, without us. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-node-lease'];
const TIMEOUT_S = 5;

/** Where the API server finds us. */
export type WebhookAddress =
  | { readonly url: string }
  | { readonly service: { readonly namespace: string; readonly name: string; readonly port: number } };

/** What the registered webhooks are made of. */
export interface RegistrationPlan {
  readonly instance: string;
  readonly address: WebhookAddress;
  /** Authorities of our certificate; two during a change. */
  readonly caPem: string;
  /** Namespaces of ours: what enforces rules must be able to come back under each of them. */
  readonly ownNamespaces: readonly string[];
  /** False: the entries that fail closed are taken out, because nobody answers. */
  readonly mayFailClosed: boolean;
  /** What rules in force ask about beyond what is always asked. */
  readonly more: AskedMore;
}
/** A configuration as it is to be. */
export interface DesiredConfiguration {
  readonly resource: Resource;
  readonly name: string;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
    readonly webhooks: readonly object[];
  };
}

const OTHER_METADATA =
  'k in object.metadata ? !(k in oldObject.metadata) || object.metadata[k] != oldObject.metadata[k] : k in oldObject.metadata';

/** What needs no judgement never leaves the API server. */
const CONDITIONS = [
  {
    // The kubelet shows Pods that run already from files of its node.
    name: 'not-a-kubelet',
    expression: "!request.userInfo.groups.exists(group, group == 'system:nodes')",
  },
  {
    // Objects on their way out lose finalizers while we are away, too. They work on until the last one is gone: what
    // changes more of them than the bookkeeping of the API server is asked about.
    name: 'not-on-its-way-out',
    expression: [
      "request.operation != 'UPDATE'",
      '!has(object.metadata)',
      '!has(object.metadata.deletionTimestamp)',
      // So many fields may cost more than an expression may: then nobody would be asked.
      'size(object) > 100',
      "!object.all(k, k in ['metadata', 'status'] || (k in oldObject && object[k] == oldObject[k]))",
      "!oldObject.all(k, k in ['metadata', 'status'] || k in object)",
      `['labels', 'annotations'].exists(k, ${OTHER_METADATA})`,
    ].join(' || '),
  },
];

/** Beside the star, which means namespaces too. */
const NOT_A_NAMESPACE = {
  name: 'not-a-namespace',
  expression: "request.resource.group != '' || request.resource.resource != 'namespaces'",
};

const written = ({ groups, resources, operations }: AskedRule, scope: string) => ({
  apiGroups: groups,
  apiVersions: ['*'],
  operations,
  resources,
  scope,
});

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly rules: readonly AskedRule[];
  readonly conditions?: typeof CONDITIONS;
  readonly failurePolicy: 'Ignore' | 'Fail';
  readonly expressions: readonly object[];
  readonly isMutating?: true;
}

function entry(plan: RegistrationPlan, one: Entry): object {
  const { address, caPem } = plan;
  const exempt = [...SYSTEM_NAMESPACES, ...plan.ownNamespaces];
  const target =
    'url' in address
      ? { url: `${address.url}${one.path}` }
      : { service: { ...address.service, path: one.path } };
  return {
    name: one.name,
    clientConfig: { ...target, caBundle: Buffer.from(caPem).toString('base64') },
    // Objects of the whole cluster meet every selector of namespaces: they are asked about once, and never fail closed.
    rules: one.rules.map((rule) => written(rule, one.failurePolicy === 'Fail' ? 'Namespaced' : '*')),
    failurePolicy: one.failurePolicy,
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: TIMEOUT_S,
    admissionReviewVersions: ['v1'],
    namespaceSelector: {
      matchExpressions: [{ key: NAME_LABEL, operator: 'NotIn', values: exempt }, ...one.expressions],
    },
    objectSelector: {},
    ...(one.conditions === undefined ? {} : { matchConditions: one.conditions }),
    ...(one.isMutating === true ? { reinvocationPolicy: 'Never' } : {}),
  };
}

const labelled = (key: string, operator: 'In' | 'NotIn'): object => ({ key, operator, values: ['true'] });

const isOfCore = ({ groups }: AskedRule): boolean => groups.includes('');
const isOfNamespaces = (name: string): boolean => name === 'namespaces' || name.startsWith('namespaces/');
const isOfAll = (rule: AskedRule): boolean => isOfCore(rule) && rule.resources.includes('*');
const withResources = (rule: AskedRule, resources: readonly string[]): AskedRule[] =>
  resources.length === 0 ? [] : [{ ...rule, resources }];

/** What is asked about namespaces themselves. */
const aboutNamespaces = (rules: readonly AskedRule[]): AskedRule[] =>
  rules
    .filter(isOfCore)
    .flatMap((rule) =>
      withResources(rule, isOfAll(rule) ? ['namespaces'] : rule.resources.filter(isOfNamespaces)),
    );
const aboutOthers = (rules: readonly AskedRule[]): AskedRule[] =>
  rules.flatMap((rule) =>
    isOfCore(rule)
      ? withResources(
          rule,
          rule.resources.filter((name) => !isOfNamespaces(name)),
        )
      : [rule],
  );

/**
 * Namespaces have an entry of their own, open and whatever their labels are: of a Namespace that is written, the API
 * server holds a selector against the labels in the request. Who writes it would choose the entry, and could choose none.
 */
function validating(plan: RegistrationPlan): object[] {
  const asked = [...JUDGED, ...plan.more.judged];
  const one = {
    path: '/validate',
    failurePolicy: 'Ignore',
    expressions: [],
    conditions: CONDITIONS,
  } as const;
  const conditions = asked.some(isOfAll) ? [...CONDITIONS, NOT_A_NAMESPACE] : CONDITIONS;
  return [
    ...pair(plan, { name: 'validate', path: one.path, rules: aboutOthers(asked), conditions }),
    entry(plan, { ...one, name: 'validate-namespaces.bartizan.dev', rules: aboutNamespaces(asked) }),
  ];
}

/** An open entry for most namespaces, and a closed one for those that ask for it: a request meets one of them. */
function pair(plan: RegistrationPlan, one: Omit<Entry, 'failurePolicy' | 'expressions'>): object[] {
  const name = (suffix: string): string => `${one.name}${suffix}.bartizan.dev`;
  const open: Entry = {
    ...one,
    name: name(''),
    failurePolicy: 'Ignore',
    expressions: plan.mayFailClosed ? [labelled(FAIL_CLOSED_LABEL, 'NotIn')] : [],
  };
  const closed: Entry = {
    ...one,
    name: name('-fail-closed'),
    failurePolicy: 'Fail',
    expressions: [labelled(FAIL_CLOSED_LABEL, 'In')],
  };
  return [open, ...(plan.mayFailClosed ? [closed] : [])].map((made) => entry(plan, made));
}

/** The configurations that are to be in the cluster. */
export function desiredConfigurations(plan: RegistrationPlan): DesiredConfiguration[] {
  const make = (resource: Resource, suffix: string, webhooks: readonly object[]): DesiredConfiguration => {
    const name = `bartizan-${plan.instance}-${suffix}`;
    const labels = {
      'app.kubernetes.io/managed-by': 'bartizan',
      'app.kubernetes.io/instance': plan.instance,
    };
    return {
      resource,
      name,
      object: {
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        metadata: { name, labels },
        webhooks,
      },
    };
  };
  const mutate: Entry = {
    name: 'mutate.bartizan.dev',
    path: '/mutate',
    rules: COMPLETED,
    conditions: CONDITIONS,
    failurePolicy: 'Ignore',
    expressions: [labelled(MUTATE_LABEL, 'In')],
    isMutating: true,
  };
  return [
    make(VALIDATING, 'validate', validating(plan)),
    make(
      VALIDATING,
      'connect',
      pair(plan, { name: 'connect', path: '/connect', rules: [...ENTERED, ...plan.more.entered] }),
    ),
    make(MUTATING, 'mutate', [entry(plan, mutate)]),
  ];
}

/** Whether what is in the cluster is what is to be: its webhooks exactly, with nothing more in them. */
export function isAsDesired({ object }: DesiredConfiguration, live: JsonRecord): boolean {
  const labels = recordOf(recordOf(live['metadata'])['labels']);
  return (
    isDeepStrictEqual(live['webhooks'], object.webhooks) &&
    Object.entries(object.metadata.labels).every(([name, value]) => labels[name] === value)
  );
}
