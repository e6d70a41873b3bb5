// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccountChanges } from '../../decide/admission/account-changes.ts';
import type { ClusterAudit, ObjectChange } from '../../decide/admission/cluster-audit.ts';
import type { ClusterFacts } from '../../decide/admission/cluster-facts.ts';
import { MadeObjects } from '../../decide/admission/made-objects.ts';
import type { AdmissionAsk } from '../../ports.ts';
import { resourceOf } from '../../sense/kubernetes/cluster-resources.ts';
import type { ClusterChange, ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import { controllerOf, objectView } from '../../sense/kubernetes/views.ts';
import type { followAccess } from './follow-access.ts';
import type { ClusterSecrets } from './follow-secrets.ts';

interface Takers {
  readonly facts: Pick<ClusterFacts, 'take'>;
  readonly audit: Pick<ClusterAudit, 'take'>;
  readonly followed: Pick<ReturnType<typeof followAccess>, 'take'>;
  readonly secrets: Pick<ClusterSecrets, 'take' | 'search'>;
  readonly accounts: Pick<AccountChanges, 'take'>;
}

/** Hands what changes in the cluster to those who keep and judge it; gives what is known of who made what. */
export function followChanges(
  state: Pick<ClusterState, 'listen' | 'state'>,
  { facts, audit, followed, secrets, accounts }: Takers,
): MadeObjects {
  const made = new MadeObjects({
    conditionOf: (kind) => state.state(kind)?.condition,
    judge: (change) => {
      audit.take(change);
      secrets.search(change);
    },
  });
  state.listen({
    onChange: (change) => {
      const taken = objectChange(change);
      if (taken === undefined) return;
      facts.take(taken);
      followed.take(taken);
      secrets.take(taken);
      accounts.take(taken);
      made.take(taken);
    },
    onState: ({ kind }) => made.kindChanged(kind),
  });
  return made;
}

/** A change of the watch, as those take it who judge. */
export function objectChange({ kind, meta, object }: ClusterChange): ObjectChange | undefined {
  const resource = resourceOf(kind);
  if (resource === undefined) return undefined;
  const { group, version, plural } = resource;
  const controller = object === undefined ? undefined : objectView(kind, object).owner;
  return {
    ...{ group, version, kind, resource: plural },
    namespace: meta.namespace,
    name: meta.name,
    uid: meta.uid,
    ...(controller === undefined ? {} : { controller }),
    ...(object === undefined ? {} : { object: object.raw }),
  };
}

/**
 * Finds the topmost object that made what an API server asks about. An object may name any controller, so only those
 * count that the watch knows with that uid and that make such objects. To enter a pod, or to evict it, is asked without
 * the pod: then the watch says what it names.
 */
export const ownerOfAsked =
  (state: Pick<ClusterState, 'pod'>, made: MadeObjects) =>
  ({ group, resource, kind, namespace, name, object, oldObject }: AdmissionAsk): string | undefined => {
    const isBesidePod = group === '' && resource === 'pods' && kind !== 'Pod';
    const controller = isBesidePod ? state.pod(namespace, name)?.owner : controllerOf(object ?? oldObject);
    if (controller === undefined) return undefined;
    return made.ownerOf({ group, kind: isBesidePod ? 'Pod' : kind, namespace, controller });
  };
