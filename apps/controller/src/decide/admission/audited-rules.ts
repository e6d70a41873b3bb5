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

/** Whether bindings switch a rule off everywhere; the first that names it and fits decides. */
function isOff(id: string, bindings: readonly AdmissionBinding[]): boolean {
  const first = bindings
    .filter(({ rules }) => rules.some((glob) => compileWildcard(glob)(id)))
    .find(
      ({ mode, namespaces, excludeNamespaces, namespaceLabels }) =>
        mode !== 'off' ||
        (namespaces === undefined && excludeNamespaces === undefined && namespaceLabels === undefined),
    );
  return first?.mode === 'off';
}

/** How much of what a rule is about it was asked of. */
export function reachOf(
  rule: Pick<AdmissionRule, 'id' | 'stages' | 'match'>,
  bindings: readonly AdmissionBinding[],
  known: KnownKinds,
): RuleReach {
  const resources = isOff(rule.id, bindings) ? [] : auditedResources(rule);
  if (resources.length === 0) return 'none';
  return resources.every((resource) => isRead(resource, known)) ? 'all' : 'some';
}
