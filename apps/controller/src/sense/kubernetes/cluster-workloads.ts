// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type WorkloadName, workloadIdOf } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import { exactly, ok, type Result, tenantScope, type Workload } from '@bartizan/contracts';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import type { ClusterState } from './cluster-state.ts';
import type { ObjectView, PodView } from './views.ts';
import { workloadOfObject, workloadOfPod } from './workload-of.ts';

interface Parts {
  readonly state: ClusterState;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly owner: Owner;
  /** Passed by every writer of workloads. */
  readonly turnstile: Turnstile;
}
/** What makes up one workload now. */
interface Member {
  readonly name: WorkloadName;
  readonly pods: Set<string>;
  /** The object that makes its Pods, where there is one. */
  object: ObjectView | undefined;
}
type Written = Result<void, ApiFailure>;

const FLUSH_MS = 100;
const RETRY_MS = 5_000;
const BATCH = 500;
const NODES_MAX = 5_000;
const PAGE = 1_000;
/** Kinds of workload that only exist in a cluster. */
const CLUSTER_KINDS = [
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'Other',
];
const isPod = (kind: string, view: ObjectView): view is PodView => kind === 'Pod' && 'running' in view;
const keyOf = ({ namespace, name }: ObjectView): string => `${namespace}/${name}`;

/** Keeps the workloads of a cluster in the inventory, by what its API server tells. */
export class ClusterWorkloads {
  readonly #parts: Parts;
  readonly #members = new Map<string, Member>();
  /** Pod -> id of its workload. */
  readonly #placed = new Map<string, string>();
  /** Direct owner of Pods -> its Pods: they move when their owner becomes known. */
  readonly #byOwner = new Map<string, Set<string>>();
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isSwept = false;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.state.listenViews((kind, view, isGone) => this.#note(kind, view, isGone));
    parts.state.listen({ onChange: () => undefined, onState: () => this.#sweepOnce() });
  }

  /** The workload of a Pod; undefined while the Pod is not known. */
  ofPod(namespace: string, pod: string): (WorkloadName & { readonly id: string }) | undefined {
    const id = this.#placed.get(`${namespace}/${pod}`);
    const member = id === undefined ? undefined : this.#members.get(id);
    return id === undefined || member === undefined ? undefined : { id, ...member.name };
  }

  /** What the cluster says of a workload, but for its nodes and times. */
  shape(id: string): Pick<Workload, 'id' | 'kind' | 'namespace' | 'name' | 'labels' | 'running'> | undefined {
    const member = this.#members.get(id);
    return member === undefined ? undefined : { id, ...member.name, ...this.#facts(member) };
  }

  /** Ends, when what is being written is written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #note(kind: string, view: ObjectView | PodView, isGone: boolean): void {
    if (isPod(kind, view)) this.#notePod(view, isGone);
    else this.#noteObject(kind, view, isGone);
    if (this.#dirty.size > 0) this.#schedule(FLUSH_MS);
  }

  #notePod(pod: PodView, isGone: boolean): void {
    const key = keyOf(pod);
    const { owner, namespace } = pod;
    if (owner !== undefined) {
      const ownerKey = `${owner.kind}/${namespace}/${owner.name}`;
      const siblings = this.#byOwner.get(ownerKey) ?? new Set();
      if (isGone) siblings.delete(key);
      else siblings.add(key);
      if (siblings.size === 0) this.#byOwner.delete(ownerKey);
      else this.#byOwner.set(ownerKey, siblings);
    }
    this.#place(key, isGone ? undefined : pod);
  }

  /** Puts a Pod to the workload it belongs to now; without a Pod, takes it out of the one it was in. */
  #place(key: string, pod: PodView | undefined): void {
    const before = this.#placed.get(key);
    const name =
      pod === undefined
        ? undefined
        : workloadOfPod(pod, (kind, namespace, object) => this.#parts.state.object(kind, namespace, object));
    const id = name === undefined ? undefined : workloadIdOf(this.#parts.owner.cluster, name);
    if (before !== undefined && before !== id) {
      this.#members.get(before)?.pods.delete(key);
      this.#dirty.add(before);
    }
    if (id === undefined || name === undefined) {
      this.#placed.delete(key);
      return;
    }
    this.#placed.set(key, id);
    this.#member(id, name).pods.add(key);
    this.#dirty.add(id);
  }

  #noteObject(kind: string, view: ObjectView, isGone: boolean): void {
    const name = workloadOfObject(kind, view);
    if (name !== undefined) {
      const id = workloadIdOf(this.#parts.owner.cluster, name);
      this.#member(id, name).object = isGone ? undefined : view;
      this.#dirty.add(id);
    }
    if (kind !== 'ReplicaSet' && kind !== 'Job') return;
    for (const key of this.#byOwner.get(`${kind}/${keyOf(view)}`) ?? []) {
      const [namespace = '', pod = ''] = key.split('/');
      this.#place(key, this.#parts.state.pod(namespace, pod));
    }
  }

  #member(id: string, name: WorkloadName): Member {
    const member = this.#members.get(id) ?? { name, pods: new Set<string>(), object: undefined };
    this.#members.set(id, member);
    return member;
  }

  #podsOf(member: Member): PodView[] {
    return [...member.pods].flatMap((key) => {
      const [namespace = '', name = ''] = key.split('/');
      return this.#parts.state.pod(namespace, name) ?? [];
    });
  }

  #facts(member: Member) {
    const pods = this.#podsOf(member);
    const image = member.object?.image ?? pods[0]?.image;
    const imageDigest = pods.find((pod) => pod.imageDigest !== undefined)?.imageDigest;
    return {
      labels: member.object?.labels ?? pods[0]?.labels ?? {},
      running: pods.reduce((total, pod) => total + pod.running, 0),
      ...(image === undefined ? {} : { image }),
      ...(imageDigest === undefined ? {} : { imageDigest }),
    };
  }

  #schedule(ms: number): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#parts.turnstile.run(() => this.#flush());
    }, ms);
    this.#timer.unref();
  }

  async #flush(): Promise<void> {
    const ids = [...this.#dirty].slice(0, BATCH);
    for (const id of ids) this.#dirty.delete(id);
    const written = await this.#write(ids);
    if (!written.ok) {
      for (const id of ids) this.#dirty.add(id);
      const { code, detail } = written.error;
      this.#parts.log.warn({ code, detail }, 'workloads of the cluster are not written now');
    }
    if (this.#dirty.size > 0) this.#schedule(written.ok ? FLUSH_MS : RETRY_MS);
  }

  async #write(ids: readonly string[]): Promise<Written> {
    const { store, owner, publish } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const nodeIds = await this.#nodeIds();
    if (!nodeIds.ok) return nodeIds;
    const workloads: Workload[] = [];
    for (const id of ids) {
      const known = await store.workloads.get(scope, id);
      if (!known.ok) return known;
      const workload = this.#workload(id, known.value, nodeIds.value);
      if (workload !== undefined) workloads.push(workload);
    }
    const saved = await store.workloads.put(scope, workloads);
    if (!saved.ok) return saved;
    for (const { id } of workloads) publish({ topic: 'workload', ...owner, data: { id } });
    return ok(undefined);
  }

  #workload(
    id: string,
    known: Workload | undefined,
    nodeIds: ReadonlyMap<string, string>,
  ): Workload | undefined {
    const member = this.#members.get(id);
    if (member === undefined) return undefined;
    const nowMs = this.#parts.clock.nowMs();
    const isGone = member.pods.size === 0 && member.object === undefined;
    if (isGone) this.#members.delete(id);
    if (isGone && known !== undefined) return { ...known, running: 0, lastSeenAtMs: nowMs };
    const nodes = this.#podsOf(member).flatMap((pod) => nodeIds.get(pod.node ?? '') ?? []);
    return {
      id,
      ...this.#parts.owner,
      ...member.name,
      ...this.#facts(member),
      nodes: [...new Set([...(known?.nodes ?? []), ...nodes])].slice(0, NODES_MAX),
      modes: known?.modes ?? { process: 'discover', file: 'discover', network: 'discover' },
      firstSeenAtMs: known?.firstSeenAtMs ?? nowMs,
      lastSeenAtMs: nowMs,
    };
  }

  /** Name of a machine in the cluster -> id of the agent there. */
  async #nodeIds(): Promise<Result<ReadonlyMap<string, string>, ApiFailure>> {
    const { cluster, tenant } = this.#parts.owner;
    const nodes = await this.#parts.store.nodes.list(tenantScope(cluster, tenant), {
      filter: [],
      limit: PAGE,
    });
    return nodes.ok ? ok(new Map(nodes.value.items.map(({ name, id }) => [name, id]))) : nodes;
  }

  /** Once all that makes workloads is known: what the inventory still says to run, and the cluster does not have, ended. */
  #sweepOnce(): void {
    const kinds = ['Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];
    if (this.#isSwept || kinds.some((kind) => this.#parts.state.state(kind)?.condition !== 'synced')) return;
    this.#isSwept = true;
    this.#writing = this.#parts.turnstile.run(async () => {
      const swept = await this.#sweep();
      if (swept.ok) return;
      this.#isSwept = false;
      this.#parts.log.warn({ code: swept.error.code }, 'workloads that ended are not marked now');
    });
  }

  async #sweep(): Promise<Written> {
    const { store, owner, clock } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    let cursor: string | undefined;
    do {
      const page = await store.workloads.list(scope, {
        filter: [exactly('kind', ...CLUSTER_KINDS)],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      const ended = page.value.items
        .filter(({ id, running }) => running > 0 && !this.#members.has(id))
        .map((workload): Workload => ({ ...workload, running: 0, lastSeenAtMs: clock.nowMs() }));
      const saved = await store.workloads.put(scope, ended);
      if (!saved.ok) return saved;
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(undefined);
  }
}
