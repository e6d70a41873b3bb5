// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import type { JsonRecord } from '@bartizan/adapters/kube';
import type { Lifecycle } from '@bartizan/contracts';
import { AccessGraph, EscalationPaths, readAccess } from '@bartizan/engine/access';
import {
  type ApiKnowledge,
  type ClaimSource,
  type ClusterComponent,
  componentsOf,
  type ExposurePoint,
  exposureOf,
  type PostureObjects,
  type ProbeResult,
  readPostureObjects,
  type SecretUse,
  secretUses,
} from '@bartizan/engine/cluster-posture';
import {
  CLUSTER_POLICY_KINDS,
  type NetworkPolicySet,
  type PodEndpoint,
  Reachability,
  readLabels,
  readNetworkPolicies,
  readPod,
} from '@bartizan/engine/reachability';
import type { ObjectChange } from '../admission/cluster-audit.ts';
import { at, hasEnded, keptOf } from './kept-object.ts';

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
  'Service',
  'Ingress',
  'Node',
] as const;
/** Whose pods take secrets also while none runs. */
const TEMPLATE_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;
const KEPT = new Set<string>([...ACCESS_OBJECT_KINDS, ...CLUSTER_POLICY_KINDS, ...TEMPLATE_KINDS, 'Secret']);

/** API group of network policies of a whole cluster. */
const CLUSTER_POLICIES = '.policy.networking.k8s.io';

const definitionOf = (kind: (typeof CLUSTER_POLICY_KINDS)[number]): string =>
  `${kind.toLowerCase().replace(/y$/, 'ies')}${CLUSTER_POLICIES}`;

/** What ends of support are told from. */
export interface Moment {
  /** Version of the API server; undefined: not known yet. */
  readonly server: string | undefined;
  readonly lifecycle: Lifecycle | undefined;
  readonly nowMs: number;
  /** What probes proved. */
  readonly probes?: readonly ProbeResult[];
  /** Holds components against advisories; absent: nobody does. */
  readonly judged?: (components: readonly ClusterComponent[]) => readonly ClusterComponent[];
  /** Versions of the API in use; absent: nobody asked. */
  readonly apis?: ApiKnowledge;
}

/** Access and reachability as of one moment. Each part is computed when it is first asked for. */
export class AccessView {
  readonly graph: AccessGraph;
  readonly policies: readonly NetworkPolicySet[];
  readonly reachability: Reachability;
  readonly #objects: readonly JsonRecord[];
  readonly #labels: ReadonlyMap<string, Record<string, string>>;
  readonly #unreadPolicies: readonly string[];
  readonly #unreadUses: readonly string[];
  #paths: EscalationPaths | undefined;
  #posture: PostureObjects | undefined;
  #exposure: readonly ExposurePoint[] | undefined;
  #secrets: readonly SecretUse[] | undefined;

  constructor(
    objects: readonly JsonRecord[],
    unreadable: readonly string[],
    unreadPolicies: readonly string[] = [],
    unreadUses: readonly string[] = [],
  ) {
    this.#unreadPolicies = unreadPolicies;
    this.#unreadUses = unreadUses;
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

  get posture(): PostureObjects {
    this.#posture ??= readPostureObjects(this.#objects);
    return this.#posture;
  }

  /** Everything by which pods are reachable from outside the cluster. */
  get exposure(): readonly ExposurePoint[] {
    this.#exposure ??= exposureOf(this.posture, {
      reachability: this.reachability,
      namespaceLabels: (namespace) => this.labelsOf(namespace),
      unreadPolicies: this.#unreadPolicies,
    });
    return this.#exposure;
  }

  /** Secrets in use, with who may read each. */
  get secrets(): readonly SecretUse[] {
    this.#secrets ??= secretUses(this.posture, this.graph);
    return this.#secrets;
  }

  /** Parts of the cluster with ends of support and advisories, as of a moment. */
  components(moment: Moment): readonly ClusterComponent[] {
    const found = componentsOf(this.posture, moment.server, moment);
    return moment.judged?.(found) ?? found;
  }

  /** What claims about the cluster are made from, as of a moment. */
  claimSource(moment: Moment): ClaimSource {
    return {
      objects: this.posture,
      namespaces: this.namespaces(),
      endpoints: this.pods(),
      reachability: this.reachability,
      exposure: this.exposure,
      secrets: this.secrets,
      probes: moment.probes ?? [],
      components: this.components(moment),
      unreadable: this.unreadable,
      unreadPolicies: this.#unreadPolicies,
      unreadUses: this.#unreadUses,
      ...(moment.apis === undefined ? {} : { apis: moment.apis }),
      nowMs: moment.nowMs,
    };
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
  /** Most that is kept, as characters of JSON; memory is about three times as much. */
  readonly keptCharsMax?: number;
}

/** Room for a million and a half bindings. What finds none is told as not read, never as absent. */
const KEPT_CHARS_MAX = 512 * 1024 * 1024;

interface Kept {
  readonly kept: JsonRecord;
  readonly chars: number;
  /** Hash of its JSON: whether an object changed is known without keeping it twice. */
  readonly mark: string;
}

/**
 * Keeps what access is computed from, from the watch. A burst of changes costs one computation, at the next question.
 * Memory is bounded: a kind of which an object found no room is unknown until the next start.
 */
export class ClusterAccess {
  readonly #parts: Parts;
  readonly #objects = new Map<string, Kept>();
  readonly #leftOut = new Set<string>();
  #chars = 0;
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
      const before = this.#objects.get(key);
      if (before === undefined) return;
      this.#objects.delete(key);
      this.#chars -= before.chars;
      return this.#changed();
    }
    this.#keep(key, change);
  }

  #keep(key: string, change: ObjectChange): void {
    const kept = keptOf(change);
    const text = JSON.stringify(kept);
    const before = this.#objects.get(key);
    const mark = hash('sha256', text, 'base64');
    if (before?.mark === mark) return;
    const chars = this.#chars - (before?.chars ?? 0) + text.length;
    if (chars > (this.#parts.keptCharsMax ?? KEPT_CHARS_MAX)) {
      // What it was is not what it is: neither is kept.
      this.#objects.delete(key);
      this.#chars -= before?.chars ?? 0;
      if (before === undefined && this.#leftOut.has(change.kind)) return;
      this.#leftOut.add(change.kind);
      return this.#changed();
    }
    this.#objects.set(key, { kept, mark, chars: text.length });
    this.#chars = chars;
    this.#changed();
  }

  /** Whether every object of a kind is known now. */
  #isWhole(kind: string): boolean {
    return this.#parts.conditionOf(kind) === 'synced' && !this.#leftOut.has(kind);
  }

  #changed(): void {
    this.#view = undefined;
    this.#parts.onChange();
  }

  /** Kinds that are not known whole now, for instance since they may not be read. */
  unreadable(): string[] {
    return ACCESS_OBJECT_KINDS.filter((kind) => !this.#isWhole(kind));
  }

  /** Whether nothing is being read for the first time, or caught up with, now. What may not be read is settled. */
  isSettled(): boolean {
    return [...ACCESS_OBJECT_KINDS, ...CLUSTER_POLICY_KINDS, 'Secret'].every(
      (kind) => !['unknown', 'behind', undefined].includes(this.#parts.conditionOf(kind)),
    );
  }

  /** Kinds of policies that this cluster has, or may have, and that are not known whole now. */
  unreadPolicies(): string[] {
    const missing = this.#isWhole('NetworkPolicy') ? [] : ['NetworkPolicy'];
    const ofCluster = CLUSTER_POLICY_KINDS.filter((kind) => this.#isUnread(kind));
    const known = new Set(CLUSTER_POLICY_KINDS.map(definitionOf));
    const others = [...this.#clusterPolicies].filter((name) => !known.has(name));
    return [...missing, ...ofCluster, ...others.sort().map((name) => name.slice(0, 63))];
  }

  /**
   * Such kinds come with a definition. Where definitions are known and there is none, nothing is missing, even when the
   * API server answers that it may not be asked: it says so of every kind, of those that it has not too.
   */
  #isUnread(kind: (typeof CLUSTER_POLICY_KINDS)[number]): boolean {
    if (this.#leftOut.has(kind)) return true;
    const condition = this.#parts.conditionOf(kind);
    if (condition === 'synced') return false;
    if (this.#parts.conditionOf('CustomResourceDefinition') === 'synced')
      return this.#clusterPolicies.has(definitionOf(kind));
    return condition !== 'not-served';
  }

  /** Kinds without which nobody knows which secrets there are and what may take them. */
  unreadUses(): string[] {
    return ['Secret', ...TEMPLATE_KINDS].filter((kind) => !this.#isWhole(kind));
  }

  view(): AccessView {
    const unreadable = this.unreadable();
    const unread = this.unreadPolicies();
    const uses = this.unreadUses();
    const words = [...unreadable, ...unread, ...uses].join();
    if (this.#view?.unreadable !== words)
      this.#view = {
        view: new AccessView(
          [...this.#objects.values()].map(({ kept }) => kept),
          unreadable,
          unread,
          uses,
        ),
        unreadable: words,
      };
    return this.#view.view;
  }
}
