// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CustomKind, podPathsOf } from './custom-kind.ts';
import { POD_PATHS, type PodPath } from './pod-paths.ts';

const TEMPLATE = ['spec', 'template'] as const;
const custom = (
  group: string,
  resource: string,
  kind: string,
  template: readonly string[] = TEMPLATE,
): PodPath => ({
  group,
  resource,
  kind,
  template,
});

/** Custom kinds in wide use that hold a pod template: where no definition of them is at hand. */
export const CUSTOM_POD_PATHS: readonly PodPath[] = [
  custom('argoproj.io', 'rollouts', 'Rollout'),
  custom('serving.knative.dev', 'services', 'Service'),
  custom('serving.knative.dev', 'configurations', 'Configuration'),
  custom('serving.knative.dev', 'revisions', 'Revision', []),
  custom('apps.openshift.io', 'deploymentconfigs', 'DeploymentConfig'),
  custom('apps.kruise.io', 'clonesets', 'CloneSet'),
  custom('apps.kruise.io', 'statefulsets', 'StatefulSet'),
  custom('apps.kruise.io', 'daemonsets', 'DaemonSet'),
  custom('flagger.app', 'canaries', 'Canary'),
  custom('opentelemetry.io', 'targetallocators', 'TargetAllocator'),
];

const nameOf = ({ group, resource }: PodPath): string => `${group}/${resource}`;
/** Where custom kinds keep pods: what their definitions say, and what is known of kinds in wide use beside that. */
export function customPodPaths(kinds: Iterable<CustomKind>): PodPath[] {
  const known = new Set(CUSTOM_POD_PATHS.map(nameOf));
  const found = [...kinds]
    .map(podPathsOf)
    // What is known of the kind is better than a guess.
    .filter(
      ([first, ...more]) =>
        first !== undefined &&
        !(known.has(nameOf(first)) && [first, ...more].every(({ isGuess }) => isGuess)),
    )
    .flat()
    .toSorted((one, two) => (nameOf(one) < nameOf(two) ? -1 : nameOf(one) > nameOf(two) ? 1 : 0));
  const told = new Set(found.map(nameOf));
  return [...CUSTOM_POD_PATHS.filter((row) => !told.has(nameOf(row))), ...found];
}

/** Resources of kinds that hold pods, by `group/kind`. */
const BY_KIND = new Map(
  [...POD_PATHS, ...CUSTOM_POD_PATHS].map((row) => [`${row.group}/${row.kind}`, row.resource]),
);
/** Kinds whose plural follows no rule. */
const PLURALS: ReadonlyMap<string, string> = new Map([['Endpoints', 'endpoints']]);

/** The resource of a kind: its plural, as the API server has it for every kind of its own. */
export function resourceOf(group: string, kind: string): string {
  const known = BY_KIND.get(`${group}/${kind}`) ?? PLURALS.get(kind);
  if (known !== undefined) return known;
  const name = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
