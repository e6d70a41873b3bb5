// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { POD_PATHS } from '../pod/pod-paths.ts';

/** Kinds that only repeat the pods of others, or never run any: what they hold is judged where it runs. */
const NOT_WATCHED = new Set(['/podtemplates', '/replicationcontrollers']);
const WORKLOADS = POD_PATHS.map(({ group, resource }) => `${group}/${resource}`).filter(
  (name) => !NOT_WATCHED.has(name),
);

/**
 * What a rule asks of what exists: resources as group/resource. None: it judges requests only. What exists is judged as
 * if it were created now, by nobody in particular. Pods of custom kinds are judged as pods, so that `workloads` does not
 * stand and fall with each custom kind.
 */
export function auditedResources({ stages, match }: Pick<AdmissionRule, 'stages' | 'match'>): string[] {
  const asksWho = (match.users ?? []).length > 0 || (match.groups ?? []).length > 0;
  if (!stages.includes('audit') || !match.operations.includes('CREATE') || asksWho) return [];
  const named = match.resources.filter((resource) => resource.split('/').length === 2);
  return [...new Set([...(match.resources.includes('workloads') ? WORKLOADS : []), ...named])];
}
