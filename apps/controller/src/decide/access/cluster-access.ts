// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AccessGraph, EscalationPaths, readAccess } from '@bartizan/engine/access';
import {
  type NetworkPolicySet,
  type PodEndpoint,
  Reachability,
  readLabels,
  readNetworkPolicies,
  readPod,
} from '@bartizan/engine/reachability';
import type { ObjectChange } from '../admission/cluster-audit.ts';

/** What access and reachability are computed from. */
export const ACCESS_OBJECT_KINDS = [
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ServiceAccount',
  'Pod',
  'Namespace',
  'NetworkPolicy',
] as const;
const KEPT = new Set<string>(ACCESS_OBJECT_KINDS);

/** API group of network policies of a whole cluster; they are not read yet. */
const CLUSTER_POLICIES = '.policy.networking.k8s.io';

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What is kept of an object: the rest, a status that changes each second for instance, makes no new answer. */
function keptOf({ kind, namespace, name, object }: ObjectChange): Json {
  const metadata = { namespace, name, labels: readLabels(object) };
  if (kind !== 'Pod')
    return {
      kind,
      metadata,
      ...Object.fromEntries(
        ['rules', 'aggregationRule', 'roleRef', 'subjects', 'automountServiceAccountToken'].flatMap((key) => {
          const value = at(object, key);
          return value === undefined ? [] : [[key, value]];
        }),
      ),
      ...(kind === 'NetworkPolicy' ? { spec: at(object, 'spec') } : {}),
    };
  const spec = at(object, 'spec');
  const ports = (key: string): unknown[] =>
    items(at(spec, key)).map((container) => ({ ports: at(container, 'ports') }));
  return {
    kind,
    metadata,
    spec: {
      serviceAccountName: at(spec, 'serviceAccountName'),
      automountServiceAccountToken: at(spec, 'automountServiceAccountToken'),
      hostNetwork: at(spec, 'hostNetwork'),
      containers: ports('containers'),
      initContainers: ports('initContainers'),
    },
    status: { podIPs: at(at(object, 'status'), 'podIPs') },
  };
}

/** A pod that ended connects to nothing and holds no token that is still good. */
const hasEnded = (object: unknown): boolean =>
  ['Succeeded', 'Failed'].includes(String(at(at(object, 'status'), 'phase')));

/** Access and reachability as of one moment. Each part is computed when it is first asked for. */
export class AccessView {
  readonly graph: AccessGraph;
  readonly policies: readonly NetworkPolicySet[];
  readonly reachability: Reachability;
  readonly #objects: readonly Json[];
  readonly #labels: ReadonlyMap<string, Record<string, string>>;
  #paths: EscalationPaths | undefined;

  constructor(objects: readonly Json[], unreadable: readonly string[]) {
    this.#objects = objects;
    this.graph = new AccessGraph(readAccess(objects, unreadable));
    this.policies = readNetworkPolicies(objects);
    this.reachability = new Reachability(this.policies);
    this.#labels = new Map(
      objects
        .filter(({ kind }) => kind === 'Namespace')
        .map((one) => [String(at(one['metadata'], 'name')), readLabels(one)]),
    );
  }

  get unreadable(): readonly string[] {
    return this.graph.snapshot.unreadable;
  }

  get paths(): EscalationPaths {
    this.#paths ??= new EscalationPaths(this.graph);
    return this.#paths;
  }

  labelsOf(namespace: string): Readonly<Record<string, string>> {
    return this.#labels.get(namespace) ?? {};
  }

  namespaces(): string[] {
    return [...this.#labels.keys()];
  }

  pods(): PodEndpoint[] {
    return this.#objects
      .filter(({ kind }) => kind === 'Pod')
      .map((one) => readPod(one, this.labelsOf(String(at(one['metadata'], 'namespace')))));
  }

  pod(namespace: string, name: string): PodEndpoint | undefined {
    const found = this.#objects.find(
      ({ kind, metadata }) =>
        kind === 'Pod' && at(metadata, 'name') === name && at(metadata, 'namespace') === namespace,
    );
    return found === undefined ? undefined : readPod(found, this.labelsOf(namespace));
  }
}

interface Parts {
  /** How a kind is known; `synced` is the only state in which all of it is. */
  readonly conditionOf: (kind: string) => string | undefined;
  readonly onChange: () => void;
}

/** Keeps what access is computed from, from the watch. A burst of changes costs one computation, at the next question. */
export class ClusterAccess {
  readonly #parts: Parts;
  readonly #objects = new Map<string, { readonly kept: Json; readonly text: string }>();
  readonly #clusterPolicies = new Set<string>();
  #view: { readonly view: AccessView; readonly unreadable: string } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take(change: ObjectChange): void {
    const { kind, name, namespace, object } = change;
    if (kind === 'CustomResourceDefinition' && name.endsWith(CLUSTER_POLICIES)) {
      if (object === undefined) this.#clusterPolicies.delete(name);
      else this.#clusterPolicies.add(name);
      return this.#changed();
    }
    if (!KEPT.has(kind)) return;
    const key = `${kind}/${namespace}/${name}`;
    if (object === undefined || (kind === 'Pod' && hasEnded(object))) {
      if (this.#objects.delete(key)) this.#changed();
      return;
    }
    const kept = keptOf(change);
    const text = JSON.stringify(kept);
    if (this.#objects.get(key)?.text === text) return;
    this.#objects.set(key, { kept, text });
    this.#changed();
  }

  #changed(): void {
    this.#view = undefined;
    this.#parts.onChange();
  }

  /** Kinds that are not known whole now, for instance since they may not be read. */
  unreadable(): string[] {
    return ACCESS_OBJECT_KINDS.filter((kind) => this.#parts.conditionOf(kind) !== 'synced');
  }

  /** Whether nothing is being read for the first time, or caught up with, now. What may not be read is settled. */
  isSettled(): boolean {
    return ACCESS_OBJECT_KINDS.every(
      (kind) => !['unknown', 'behind', undefined].includes(this.#parts.conditionOf(kind)),
    );
  }

  /** Kinds of policies that this cluster has, and that nobody reads here. */
  unreadPolicies(): string[] {
    const missing = this.#parts.conditionOf('NetworkPolicy') === 'synced' ? [] : ['NetworkPolicy'];
    return [...missing, ...[...this.#clusterPolicies].sort().map((name) => name.slice(0, 63))];
  }

  view(): AccessView {
    const unreadable = this.unreadable();
    const words = unreadable.join();
    if (this.#view?.unreadable !== words)
      this.#view = {
        view: new AccessView(
          [...this.#objects.values()].map(({ kept }) => kept),
          unreadable,
        ),
        unreadable: words,
      };
    return this.#view.view;
  }
}
