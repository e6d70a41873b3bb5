// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type KubeClient,
  type KubeObject,
  type Resource,
  ResourceWatch,
  recordOf,
  type WatchState,
  type WatchTiming,
} from '@bartizan/adapters/kube';
import { POLICY_KINDS, type PolicyKind } from '@bartizan/contracts';
import { POLICY_GROUP, POLICY_VERSION } from '@bartizan/engine/policy-objects';

/** A policy object of the cluster. */
export interface ClusterPolicy {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly generation: number;
  /** The whole of it, without what servers and clients note of writers. */
  readonly document: unknown;
  /** The status that stands in it. */
  readonly status: unknown;
}

/** The resource of a kind of policy objects. */
export const policyResource = (kind: PolicyKind): Resource => ({
  group: POLICY_GROUP,
  version: POLICY_VERSION,
  kind,
  plural: `${kind.toLowerCase()}s`,
  isNamespaced: false,
});

interface Parts {
  readonly client: KubeClient;
  /** Something changed, or a kind became known, or is known no more. */
  readonly onChange: () => void;
  readonly timing?: Partial<WatchTiming>;
}

function projected(kind: PolicyKind, { meta, raw }: KubeObject): ClusterPolicy {
  const metadata = recordOf(raw['metadata']);
  const { apiVersion, spec } = raw;
  const { generation, annotations } = metadata;
  return {
    kind,
    name: meta.name,
    generation: typeof generation === 'number' ? generation : 0,
    document: { apiVersion, kind, metadata: { name: meta.name, annotations }, spec },
    status: raw['status'],
  };
}

/** Follows the policy objects of the cluster: one watch a kind. */
export class PolicyObjects {
  readonly #watches: readonly ResourceWatch<ClusterPolicy>[];

  constructor({ client, onChange, timing = {} }: Parts) {
    this.#watches = POLICY_KINDS.map(
      (kind) =>
        new ResourceWatch<ClusterPolicy>(client, {
          resource: policyResource(kind),
          project: (object) => projected(kind, object),
          timing,
          listener: { changed: onChange, gone: onChange, state: onChange },
        }),
    );
  }

  start(): void {
    for (const watch of this.#watches) watch.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()));
  }

  /** Every object that is there, by kind and name. */
  objects(): readonly ClusterPolicy[] {
    const byName = (one: ClusterPolicy, two: ClusterPolicy): number => (one.name < two.name ? -1 : 1);
    return this.#watches.flatMap((watch) => [...watch.values()].sort(byName));
  }

  /** How each kind is known. */
  states(): readonly WatchState[] {
    return this.#watches.map((watch) => watch.state());
  }
}
