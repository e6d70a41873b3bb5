// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

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

/** Custom kinds in wide use that hold a pod template. */
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
