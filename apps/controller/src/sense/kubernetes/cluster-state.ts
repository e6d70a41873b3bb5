// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type KubeClient,
  type KubeError,
  type KubeObject,
  type ObjectMeta,
  ResourceWatch,
  type WatchState,
  type WatchTiming,
} from '@bartizan/adapters/kube';
import { ok, type Result } from '@bartizan/contracts';
import type { Log } from '../../ports.ts';
import { CLUSTER_RESOURCES, kindOfDefinition, resourceOf } from './cluster-resources.ts';
import { type ObjectView, objectView, type PodView, podView } from './views.ts';

/** Something of the cluster changed. */
export interface ClusterChange {
  readonly kind: string;
  readonly meta: ObjectMeta;
  /** The whole object as it is now; absent = gone. Whoever needs some of it later keeps that himself. */
  readonly object?: KubeObject;
}
/** Who is told of changes: in order per kind, never two at once; must not wait. */
export interface ClusterListener {
  readonly onChange: (change: ClusterChange) => void;
  /** A kind became known, or is known no more. */
  readonly onState?: (state: WatchState) => void;
}
/** What is kept of one object that changed. */
export type ViewListener = (kind: string, view: ObjectView | PodView, isGone: boolean) => void;

interface Parts {
  readonly client: KubeClient;
  readonly log: Log;
  readonly timing?: Partial<WatchTiming>;
}
const PAGE = 200;

/** What is known of a cluster: one watch a kind, projections of what is there, and who wants to know of changes. */
export class ClusterState {
  readonly #client: KubeClient;
  readonly #log: Log;
  readonly #watches = new Map<string, ResourceWatch<ObjectView>>();
  readonly #pods: ResourceWatch<PodView>;
  readonly #listeners = new Set<ClusterListener>();
  readonly #viewers = new Set<ViewListener>();

  constructor({ client, log, timing = {} }: Parts) {
    this.#client = client;
    this.#log = log;
    const watch = <T extends ObjectView>(
      kind: string,
      project: (object: KubeObject) => T,
    ): ResourceWatch<T> => {
      const resource = resourceOf(kind);
      if (resource === undefined) throw new Error(`${kind} is not watched`);
      return new ResourceWatch(client, {
        resource,
        project,
        timing,
        listener: {
          changed: (view, object) => {
            for (const viewer of this.#viewers) viewer(kind, view, false);
            this.#tell({ kind, meta: object.meta, object });
          },
          gone: (view, meta) => {
            for (const viewer of this.#viewers) viewer(kind, view, true);
            this.#tell({ kind, meta });
          },
          state: (state) => this.#noteState(state),
        },
      });
    };
    for (const { kind } of CLUSTER_RESOURCES)
      if (kind !== 'Pod')
        this.#watches.set(
          kind,
          watch(kind, (object) => objectView(kind, object)),
        );
    this.#pods = watch('Pod', podView);
  }

  start(): void {
    for (const watch of this.#watches.values()) watch.start();
    this.#pods.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.values(), this.#pods].map((watch) => watch.stop()));
  }

  /** Tells of every change from now on; what is there already is told by `visit`. Returns what ends it. */
  listen(listener: ClusterListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As `listen`, with what is kept instead of the object. */
  listenViews(viewer: ViewListener): void {
    this.#viewers.add(viewer);
  }

  pods(): Iterable<PodView> {
    return this.#pods.values();
  }

  pod(namespace: string, name: string): PodView | undefined {
    return this.#pods.get(namespace, name);
  }

  object(kind: string, namespace: string, name: string): ObjectView | undefined {
    return kind === 'Pod' ? this.pod(namespace, name) : this.#watches.get(kind)?.get(namespace, name);
  }

  objects(kind: string): Iterable<ObjectView> {
    return (kind === 'Pod' ? this.#pods : this.#watches.get(kind))?.values() ?? [];
  }

  /** How each kind is known. */
  states(): readonly WatchState[] {
    return CLUSTER_RESOURCES.map(({ kind }) => this.state(kind)).filter((state) => state !== undefined);
  }

  state(kind: string): WatchState | undefined {
    return (kind === 'Pod' ? this.#pods : this.#watches.get(kind))?.state();
  }

  /** Reads all objects of a kind as they are now, page by page: for those who judge everything anew. */
  async visit(kind: string, each: (object: KubeObject) => void): Promise<Result<number, KubeError>> {
    const resource = resourceOf(kind);
    if (resource === undefined) return ok(0);
    let count = 0;
    let next: string | undefined;
    do {
      const page = await this.#client.list(resource, {
        limit: PAGE,
        ...(next === undefined ? {} : { next }),
      });
      if (!page.ok) return page;
      for (const object of page.value.items) each(object);
      count += page.value.items.length;
      next = page.value.next;
    } while (next !== undefined);
    return ok(count);
  }

  #tell(change: ClusterChange): void {
    if (change.kind === 'CustomResourceDefinition')
      this.#watches.get(kindOfDefinition(change.meta.name) ?? '')?.again();
    for (const listener of this.#listeners) listener.onChange(change);
  }

  #noteState(state: WatchState): void {
    const { kind, condition, code, detail } = state;
    const fields = { kind, condition, ...(code === undefined ? {} : { code, detail }) };
    if (condition === 'synced') this.#log.debug(fields, 'a kind of the cluster is followed');
    else this.#log.warn(fields, 'a kind of the cluster is not followed');
    for (const listener of this.#listeners) listener.onState?.(state);
  }
}
