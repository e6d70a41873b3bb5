// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, AdmissionMatch } from '@bartizan/contracts';
import { BESIDE_PODS, type PodPath } from '../pod/pod-paths.ts';
import { literal, namesHold } from './cel-text.ts';

/** A condition on the request; those about the namespace's labels cannot be match conditions. */
export interface Guard {
  readonly name: string;
  readonly text: string;
  readonly ofNamespace: boolean;
}

const NAMESPACE = 'request.?namespace.orValue("")';
const guard = (name: string, text: string, ofNamespace = false): Guard => ({ name, text, ofNamespace });
const some = (list: readonly string[] | undefined): list is readonly string[] =>
  list !== undefined && list.length > 0;

const namespaceNames = (
  only: readonly string[] | undefined,
  never: readonly string[] | undefined,
): Guard[] => [
  ...(some(only) ? [guard('namespaces', namesHold(NAMESPACE, only))] : []),
  ...(some(never) ? [guard('exclude-namespaces', `!(${namesHold(NAMESPACE, never)})`)] : []),
];

/** Labels that must be there; a star stands for any value. */
const labelsText = (labels: Readonly<Record<string, string>>, map: string): string =>
  Object.entries(labels)
    .map(([key, value]) =>
      value === '*'
        ? `${map}[?${literal(key)}].hasValue()`
        : `${map}[?${literal(key)}].optMap(v, v == ${literal(value)}).orValue(false)`,
    )
    .join(' && ');
const namespaceLabels = (labels: Readonly<Record<string, string>> | undefined): Guard[] =>
  labels === undefined || Object.keys(labels).length === 0
    ? []
    : [
        guard(
          'namespace-labels',
          `(namespaceObject != null && ${labelsText(labels, 'namespaceObject.metadata.?labels')})`,
          true,
        ),
      ];

/** What a rule asks of a request beyond resource and operation. */
export function matchGuards(match: AdmissionMatch): Guard[] {
  const { labels = {}, users, excludeUsers, groups } = match;
  const user = 'request.userInfo.username';
  return [
    ...namespaceNames(match.namespaces, match.excludeNamespaces),
    ...(some(users) ? [guard('users', namesHold(user, users))] : []),
    ...(some(excludeUsers) ? [guard('exclude-users', `!(${namesHold(user, excludeUsers)})`)] : []),
    ...(some(groups)
      ? [guard('groups', `request.userInfo.?groups.orValue([]).exists(g, ${namesHold('g', groups)})`)]
      : []),
    ...(Object.keys(labels).length === 0
      ? []
      : [guard('labels', labelsText(labels, 'object.?metadata.?labels'))]),
    ...namespaceLabels(match.namespaceLabels),
  ];
}

/** Where a binding holds. */
export const bindingGuards = (binding: AdmissionBinding | undefined): Guard[] =>
  binding === undefined
    ? []
    : [
        ...namespaceNames(binding.namespaces, binding.excludeNamespaces),
        ...namespaceLabels(binding.namespaceLabels),
      ];

/** Where none of the bindings before holds: the first that fits decides. */
export const elsewhere = (before: readonly AdmissionBinding[]): Guard[] =>
  before.map((binding, at) => {
    const guards = bindingGuards(binding);
    const ofNamespace = guards.some((one) => one.ofNamespace);
    const text = guards.length === 0 ? 'false' : `!(${guards.map((one) => one.text).join(' && ')})`;
    return guard(`not-binding-${at + 1}`, text, ofNamespace);
  });

/** One resource of a rule. */
interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly sub: string;
}

function resourceNamed(resource: string): Resource {
  const [group = '', plural = '', sub = ''] = resource.split('/');
  return { group, plural, sub };
}

/** The resources of a rule; the word workloads is every kind that holds pods. */
export const resourcesOf = (match: AdmissionMatch, podPaths: readonly PodPath[]): Resource[] =>
  match.resources.flatMap((resource) =>
    resource === 'workloads'
      ? [
          ...podPaths.map(({ group, resource: plural }) => ({ group, plural, sub: '' })),
          ...BESIDE_PODS.map(resourceNamed),
        ]
      : [resourceNamed(resource)],
  );

/** `spec.matchConstraints.resourceRules`, one rule for each group. */
export function resourceRules(resources: readonly Resource[], operations: readonly string[]): object[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, plural, sub } of resources) {
    const names = groups.get(group) ?? new Set();
    groups.set(group, names.add(sub === '' ? plural : `${plural}/${sub}`));
  }
  return [...groups].map(([group, names]) => ({
    apiGroups: [group],
    apiVersions: ['*'],
    operations: [...operations],
    resources: [...names],
    scope: '*',
  }));
}

const WITH_POD: ReadonlySet<string> = new Set(['', 'ephemeralcontainers', 'resize']);

/** What holds `metadata` and `spec` of the pod, of any of the resources; nothing when none of them has one. */
export function podHolder(resources: readonly Resource[], podPaths: readonly PodPath[]): string | undefined {
  const paths = podPaths.filter(({ group, resource }) =>
    resources.some(
      (one) =>
        one.group === group && (one.plural === resource || one.plural === '*') && WITH_POD.has(one.sub),
    ),
  );
  const isOnly = resources.every(
    ({ group, plural, sub }) =>
      WITH_POD.has(sub) && paths.some((path) => path.group === group && path.resource === plural),
  );
  const texts = new Map<string, string[]>();
  for (const { group, resource, template } of paths) {
    const text = `object${template.map((key) => `.?${key}`).join('')}`;
    texts.set(text, [...(texts.get(text) ?? []), `${group}/${resource}`]);
  }
  const optional = ([text]: [string, string[]]): string => (text === 'object' ? 'optional.of(object)' : text);
  const choices = [...texts];
  const [only] = choices;
  if (only === undefined) return undefined;
  if (choices.length === 1 && isOnly) return optional(only);
  const name = 'request.resource.group + "/" + request.resource.resource';
  const chain = choices.map((choice) => `${name} in ${literal(choice[1])} ? ${optional(choice)} : `).join('');
  return `(${chain}optional.none())`;
}
