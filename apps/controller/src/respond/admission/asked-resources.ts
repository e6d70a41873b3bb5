// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRuleSet, BESIDE_PODS, POD_PATHS } from '@bartizan/engine/admission';

/** Resources that the API server asks us about: one entry of the rules of a webhook. */
export interface AskedRule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
}
/** What rules ask about beyond what is always asked: written things, and connections. */
export interface AskedMore {
  readonly judged: readonly AskedRule[];
  readonly entered: readonly AskedRule[];
}

const WRITES = ['CREATE', 'UPDATE'];
/** What can make something run, or can change who may: sub-resources are named, since `pods` never means them. */
export const JUDGED: readonly AskedRule[] = [
  {
    groups: [''],
    resources: [
      'pods',
      'pods/ephemeralcontainers',
      'pods/resize',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'podtemplates',
    ],
    operations: WRITES,
  },
  {
    groups: [''],
    resources: [
      'services',
      'serviceaccounts',
      'configmaps',
      'namespaces',
      'persistentvolumes',
      'persistentvolumeclaims',
    ],
    operations: WRITES,
  },
  {
    groups: ['apps'],
    resources: [
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
      'daemonsets',
    ],
    operations: WRITES,
  },
  { groups: ['batch'], resources: ['jobs', 'cronjobs'], operations: WRITES },
  {
    groups: ['networking.k8s.io'],
    resources: ['ingresses', 'networkpolicies'],
    operations: [...WRITES, 'DELETE'],
  },
  {
    groups: ['rbac.authorization.k8s.io'],
    resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
    operations: WRITES,
  },
  {
    groups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    operations: [...WRITES, 'DELETE'],
  },
];
export const ENTERED: readonly AskedRule[] = [
  {
    groups: [''],
    resources: [
      'pods/exec',
      'pods/attach',
      'pods/portforward',
      'pods/proxy',
      'services/proxy',
      'nodes/proxy',
    ],
    operations: ['CONNECT'],
  },
];
export const COMPLETED: readonly AskedRule[] = [
  { groups: [''], resources: ['pods'], operations: ['CREATE'] },
];

/** A configuration is one object, and each request is held against all of it. */
export const MORE_MAX = 500;

const isAsked = (group: string, resource: string, operation: string): boolean =>
  [...JUDGED, ...ENTERED].some(
    (one) =>
      one.groups.includes(group) && one.resources.includes(resource) && one.operations.includes(operation),
  );

/** Group and resource as the API server names them: `pods/exec` is one name there. */
function named(set: AdmissionRuleSet, resource: string): readonly (readonly [string, string])[] {
  if (resource === 'workloads')
    return [
      ...[...set.podPaths.values()].flat().map((path) => [path.group, path.resource] as const),
      ...BESIDE_PODS.flatMap((one) => named(set, one)),
    ];
  const [group = '', ...name] = resource.split('/');
  const [plural = ''] = name;
  // Only a star alone means something, to the API server as to us.
  return plural.includes('*') && plural !== '*' ? [] : [[group, name.join('/')]];
}

/** Entries of equal group and operations are one. A star stands alone: the API server takes nothing beside it. */
function grouped(operations: ReadonlyMap<string, ReadonlySet<string>>, isEntered: boolean): AskedRule[] {
  const rules = new Map<
    string,
    { readonly group: string; readonly names: string[]; readonly words: string[] }
  >();
  for (const [key, all] of [...operations].toSorted(([one], [two]) => (one < two ? -1 : 1))) {
    const words = [...all].filter((word) => (word === 'CONNECT') === isEntered).toSorted();
    if (words.length === 0) continue;
    const [group = '', name = ''] = key.split('\n');
    const entry = [group, words.join(), name.startsWith('*') ? name : ''].join('\n');
    const known = rules.get(entry);
    if (known === undefined) rules.set(entry, { group, names: [name], words });
    else known.names.push(name);
  }
  return [...rules.values()].map(({ group, names, words }) => ({
    groups: [group],
    resources: names,
    operations: words,
  }));
}

/** What is asked about beyond what always is, and what there is no room for. */
class Asking {
  readonly operations = new Map<string, Set<string>>();
  readonly leftOut = new Set<string>();

  add(group: string, name: string, operation: string): void {
    if (isAsked(group, name, operation)) return;
    const key = `${group}\n${name}`;
    const known = this.operations.get(key);
    if (known !== undefined) known.add(operation);
    else if (this.operations.size < MORE_MAX) this.operations.set(key, new Set([operation]));
    else this.leftOut.add(`${group}/${name}`);
  }
}

const KUBERNETES_OWN = new Set(POD_PATHS.map(({ group, resource }) => `${group}/${resource}`));

/**
 * What is asked about beyond what always is, so that no rule waits for a request that never comes: custom kinds that hold
 * pods, and what rules in force name. Only rules that somebody chose: what the product brings sends nothing more of a
 * cluster, for instance its Secrets.
 */
export function askedMore(
  set: AdmissionRuleSet,
  isBuiltIn: (id: string) => boolean,
): AskedMore & { readonly leftOut: readonly string[] } {
  const asking = new Asking();
  for (const [key, [path]] of set.podPaths)
    if (path !== undefined && !KUBERNETES_OWN.has(key))
      for (const operation of WRITES) asking.add(path.group, path.resource, operation);
  for (const { rule, variants } of set.rules) {
    const isChosen = !isBuiltIn(rule.id) || variants.some(({ binding }) => binding !== undefined);
    const isOff = variants.every(({ mode }) => mode === 'off');
    if (!isChosen || isOff || !rule.stages.includes('admission')) continue;
    for (const [group, name] of rule.match.resources.flatMap((resource) => named(set, resource)))
      for (const operation of rule.match.operations) asking.add(group, name, operation);
  }
  const { operations, leftOut } = asking;
  return {
    judged: grouped(operations, false),
    entered: grouped(operations, true),
    leftOut: [...leftOut].toSorted(),
  };
}
