// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, AdmissionRule } from '@bartizan/contracts';
import { compileWildcard } from '@bartizan/engine';
import { auditedResources, resourceOf } from '@bartizan/engine/admission';
import type { RuleReach } from '../../admission-ports.ts';
import type { ClusterStatus } from '../../ports.ts';
import type { CustomAudit, CustomFacts } from './custom-coverage.ts';

/** What is known of the kinds of a cluster. */
interface KnownKinds {
  readonly status: Pick<ClusterStatus, 'kinds'>;
  readonly custom: CustomFacts;
}

const READ: ReadonlySet<CustomAudit['audit']> = new Set(['followed', 'listed', 'not-served']);

/** Whether a group is of Kubernetes itself: those of custom kinds have a dot. */
const isOwnGroup = (group: string): boolean => !group.includes('.') || group.endsWith('.k8s.io');

/** Whether all objects of a resource are known, be it that there can be none. */
function isRead(name: string, { status, custom }: KnownKinds): boolean {
  const [group = '', plural = ''] = name.split('/');
  const watched = status.kinds.find((one) => one.group === group && resourceOf(group, one.kind) === plural);
  if (watched !== undefined) return watched.condition === 'synced' || watched.condition === 'not-served';
  const followed = custom.audits.find(({ resource }) => resource === name);
  if (followed !== undefined) return READ.has(followed.audit);
  if (plural === '*' || isOwnGroup(group) || custom.definitions !== 'known' || custom.leftOut > 0)
    return false;
  // The resources of OpenShift are no custom kinds: its API server has them beside those.
  const isServedBeside =
    group.endsWith('.openshift.io') && custom.kinds.some((kind) => kind.group.endsWith('.openshift.io'));
  return !isServedBeside && !custom.kinds.some((kind) => kind.group === group && kind.resource === plural);
}

const isAll = (names: readonly string[] = []): boolean => names.length === 0 || names.includes('*');

/** Where a binding is in force: everywhere, in namespaces it names, or in what others are left out of or labelled for. */
function scopeOf(binding: AdmissionBinding): 'everywhere' | 'named' | 'rest' {
  const { namespaces, excludeNamespaces = [], namespaceLabels = {} } = binding;
  if (excludeNamespaces.length > 0 || Object.keys(namespaceLabels).length > 0) return 'rest';
  return isAll(namespaces) ? 'everywhere' : 'named';
}

/**
 * How much of what exists bindings leave a rule on for; the first that names it and fits decides. Namespaces where it is
 * off by name are exceptions somebody wrote down one by one: they leave it on for everything.
 */
function reachOfBindings(id: string, bindings: readonly AdmissionBinding[]): RuleReach {
  let isOnSomewhere = false;
  let isOffForRest = false;
  for (const binding of bindings) {
    if (!binding.rules.some((glob) => compileWildcard(glob)(id))) continue;
    const isOff = binding.mode === 'off';
    const scope = scopeOf(binding);
    if (scope === 'everywhere') {
      if (!isOff) break;
      return isOnSomewhere ? 'some' : 'none';
    }
    isOnSomewhere ||= !isOff;
    isOffForRest ||= isOff && scope === 'rest';
  }
  return isOffForRest ? 'some' : 'all';
}

/** How much of what a rule is about it was asked of. */
export function reachOf(
  rule: Pick<AdmissionRule, 'id' | 'stages' | 'match'>,
  bindings: readonly AdmissionBinding[],
  known: KnownKinds,
): RuleReach {
  const resources = auditedResources(rule);
  const left = reachOfBindings(rule.id, bindings);
  if (resources.length === 0 || left === 'none') return 'none';
  return left === 'all' && resources.every((resource) => isRead(resource, known)) ? 'all' : 'some';
}
