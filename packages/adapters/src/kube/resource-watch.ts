// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, KubeEvent } from './client.ts';
import { asKubeError, type KubeError, type KubeErrorCode } from './fault.ts';
import type { KubeObject, ObjectMeta } from './json.ts';
import type { Resource } from './resource.ts';

/**
 * How a kind of object is known.
 * `unknown`: never listed whole. `synced`: followed now. `behind`: was, and is not now. `not-permitted`: we may not
 * read it, so nothing can be said of it. `not-served`: this API server has no such kind.
 */
export type WatchCondition = 'unknown' | 'synced' | 'behind' | 'not-permitted' | 'not-served';

/** State of one watch. */
export interface WatchState {
  readonly kind: string;
  readonly group: string;
  readonly condition: WatchCondition;
  /** Why it is not synced. */
  readonly code?: KubeErrorCode;
  readonly detail?: string;
  /** It may be listed and not watched: it is read again and again, and `code` says why. */
  readonly isPolled?: true;
  readonly objects: number;
  /** Up to when what is known is what is there; absent = never. */
  readonly freshAtMs?: number;
  readonly listsTotal: number;
  readonly eventsTotal: number;
}

/** Who is told. Called in order, never two at once. */
export interface WatchListener<T> {
  /** `object` is the whole of it, for those who look at it now; it is not kept. */
  readonly changed: (value: T, object: KubeObject) => void;
  readonly gone: (value: T, meta: ObjectMeta) => void;
  /** An object of which nothing is kept is gone. */
  readonly missed?: (meta: ObjectMeta) => void;
  /** All there is was read: `namespace/name` of each object. */
  readonly listed?: (keys: ReadonlySet<string>) => void;
  /** The state changed. */
  readonly state?: (state: WatchState) => void;
}

/** What is followed. */
export interface WatchPlan<T> {
  readonly resource: Resource;
  /** What is kept of an object; undefined = nothing, it is as if it were not there. */
  readonly project: (object: KubeObject) => T | undefined;
  readonly listener: WatchListener<T>;
  readonly timing?: Partial<WatchTiming>;
}
export interface WatchTiming {
  /** Objects per page of a list. */
  readonly page: number;
  /** After which the server is asked to end a watch; each watch takes up to twice that. */
  readonly watchS: number;
  /** Without event and bookmark. */
  readonly idleMs: number;
  readonly backoffMs: number;
  /** All watches share one attempt to connect, so a server that is away costs little. */
  readonly backoffMaxMs: number;
  /** The same for a server that has too much to do. */
  readonly busyMaxMs: number;
  /** Until what was not permitted, or not served, is tried again; each waits between half of it and all. */
  readonly refusedMs: number;
  /** How long a refusal is doubted of what was permitted until then: a server that starts refuses what it will permit. */
  readonly doubtMs: number;
}
const TIMING: WatchTiming = {
  page: 500,
  watchS: 300,
  idleMs: 150_000,
  backoffMs: 200,
  backoffMaxMs: 4_000,
  busyMaxMs: 30_000,
  refusedMs: 60_000,
  doubtMs: 15_000,
};

/** How long a kind that was announced is asked for often, and how often. */
const EAGER_MS = 15_000;
const EAGER_PAUSE_MS = 500;

interface Kept<T> {
  readonly meta: ObjectMeta;
  readonly value: T;
}

/** The server lets us read a kind, and not watch it: by our rights (403), or because the kind has no such verb (405). */
const isWatchRefusal = ({ code, status }: KubeError): boolean =>
  code === 'E_KUBE_NOT_PERMITTED' || status === 405;

/** The server says that there is nothing for us to see. */
const isRefusal = (error: KubeError | undefined): boolean =>
  error?.code === 'E_KUBE_NOT_PERMITTED' || error?.code === 'E_KUBE_MISSING';

const keyOf = ({ namespace, name }: ObjectMeta): string => `${namespace}/${name}`;

/**
 * Follows all objects of one kind: lists in pages, watches from there, lists again when the version has expired, and
 * tells only what differs from what it told before. Holds projections, never whole objects.
 */
export class ResourceWatch<T> {
  readonly #client: KubeClient;
  readonly #plan: WatchPlan<T>;
  readonly #timing: WatchTiming;
  readonly #objects = new Map<string, Kept<T>>();
  readonly #stop = new AbortController();
  #condition: WatchCondition = 'unknown';
  #error: KubeError | undefined;
  #version: string | undefined;
  #freshAtMs: number | undefined;
  #isOpen = false;
  #listsTotal = 0;
  #eventsTotal = 0;
  #failures = 0;
  #page: number;
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #eagerUntilMs = 0;
  #doubtUntilMs = 0;
  #isPolled = false;
  /** What was not kept may be wanted now. */
  #isListDue = false;
  #endWatch: (() => void) | undefined;

  constructor(client: KubeClient, plan: WatchPlan<T>) {
    this.#client = client;
    this.#plan = plan;
    this.#timing = { ...TIMING, ...plan.timing };
    this.#page = this.#timing.page;
  }

  /** Begins to follow. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * The kind may be served from now on: it is asked for at once, and often for a while, since a server serves a new kind
   * some time after it says that there is one.
   */
  again(): void {
    this.#eagerUntilMs = Date.now() + EAGER_MS;
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Reads all objects once more, though nothing of them changed: those of which nothing was kept are told again. */
  relist(): void {
    this.#isListDue = true;
    this.#endWatch?.();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`)?.value;
  }

  *values(): Generator<T> {
    for (const { value } of this.#objects.values()) yield value;
  }

  state(): WatchState {
    const { resource } = this.#plan;
    const freshAtMs = this.#isOpen
      ? Math.max(this.#freshAtMs ?? 0, this.#client.heardAtMs ?? 0)
      : this.#freshAtMs;
    return {
      kind: resource.kind,
      group: resource.group,
      condition: this.#condition,
      ...(this.#error === undefined ? {} : { code: this.#error.code, detail: this.#error.detail }),
      ...(this.#isPolled ? { isPolled: true as const } : {}),
      objects: this.#objects.size,
      ...(freshAtMs === undefined ? {} : { freshAtMs }),
      listsTotal: this.#listsTotal,
      eventsTotal: this.#eventsTotal,
    };
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const problem = await this.#round().catch((cause: unknown) => asKubeError(cause, this.#client.where));
      if (this.#isStopped) return;
      if (problem === undefined) this.#failures = 0;
      else await this.#rest(problem);
    }
  }

  /** One list where needed, and one watch. The error, where it did not end as it should. */
  async #round(): Promise<KubeError | undefined> {
    const isListed = this.#version === undefined || this.#isListDue;
    if (isListed) {
      this.#isListDue = false;
      const problem = await this.#list().catch((cause: unknown) => asKubeError(cause, this.#client.where));
      if (problem !== undefined) {
        // The version of the last list is still good to watch from, but what was asked for was not read.
        this.#isListDue = true;
        return problem;
      }
    }
    const problem = await this.#watch(this.#version ?? '');
    if (!isListed || problem === undefined || !isWatchRefusal(problem)) return problem;
    await this.#poll(problem);
    return undefined;
  }

  /** What was just read may not be watched: it is as fresh as that, and is read again after a while. */
  async #poll(problem: KubeError): Promise<void> {
    this.#isPolled = true;
    this.#version = undefined;
    this.#say('synced', problem);
    await this.#pause(this.#timing.refusedMs * (0.5 + Math.random() / 2), this.#wake.signal);
  }

  async #pause(ms: number, wake?: AbortSignal): Promise<void> {
    const signals = [this.#stop.signal, ...(wake === undefined ? [] : [wake])];
    await sleep(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
  }

  async #list(): Promise<KubeError | undefined> {
    const seen = new Set<string>();
    let next: string | undefined;
    let version = '';
    do {
      const page = await this.#client.list(this.#plan.resource, {
        limit: this.#page,
        ...(next === undefined ? {} : { next }),
      });
      if (this.#isStopped) return undefined;
      if (!page.ok) {
        // Pages of huge objects are read in smaller ones.
        if (page.error.code === 'E_KUBE_SIZE' && this.#page > 1) this.#page = Math.ceil(this.#page / 4);
        return page.error;
      }
      for (const object of page.value.items) {
        seen.add(keyOf(object.meta));
        this.#upsert(object);
      }
      next = page.value.next;
      version = page.value.resourceVersion;
    } while (next !== undefined);
    this.#version = version;
    for (const [key, kept] of this.#objects) if (!seen.has(key)) this.#remove(key, kept.meta);
    this.#plan.listener.listed?.(seen);
    this.#listsTotal += 1;
    this.#freshAtMs = Date.now();
    this.#failures = 0;
    // Whether it may be watched is asked next; until then what was so stays so.
    this.#say('synced', this.#isPolled ? this.#error : undefined);
    return undefined;
  }

  async #watch(version: string): Promise<KubeError | undefined> {
    const opened = await this.#client.watch(this.#plan.resource, {
      resourceVersion: version,
      timeoutS: Math.ceil(this.#timing.watchS * (1 + Math.random())),
    });
    if (!opened.ok) return this.#expired(opened.error);
    const { events, cancel } = opened.value;
    this.#isPolled = false;
    this.#endWatch = cancel;
    this.#stop.signal.addEventListener('abort', cancel, { once: true });
    if (this.#isStopped || this.#isListDue) cancel();
    let idle = setTimeout(cancel, this.#timing.idleMs);
    this.#isOpen = true;
    this.#say('synced', undefined);
    try {
      for await (const event of events) {
        clearTimeout(idle);
        idle = setTimeout(cancel, this.#timing.idleMs);
        const problem = this.#take(event);
        if (problem !== undefined) return this.#expired(problem);
      }
      return undefined;
    } finally {
      clearTimeout(idle);
      this.#isOpen = false;
      this.#endWatch = undefined;
      this.#stop.signal.removeEventListener('abort', cancel);
      cancel();
    }
  }

  #take(event: KubeEvent): KubeError | undefined {
    if (event.type === 'failed') return event.error;
    this.#freshAtMs = Date.now();
    this.#failures = 0;
    if (event.type === 'bookmark') {
      this.#version = event.resourceVersion;
      return undefined;
    }
    this.#eventsTotal += 1;
    this.#version = event.object.meta.resourceVersion;
    if (event.type === 'upsert') this.#upsert(event.object);
    else this.#gone(event.object.meta);
    return undefined;
  }

  #expired(error: KubeError): KubeError {
    if (error.code === 'E_KUBE_EXPIRED') this.#version = undefined;
    return error;
  }

  #upsert(object: KubeObject): void {
    const key = keyOf(object.meta);
    const before = this.#objects.get(key);
    if (before?.meta.resourceVersion === object.meta.resourceVersion && before.meta.uid === object.meta.uid)
      return;
    // Another object under the same name: what was there is gone.
    if (before !== undefined && before.meta.uid !== object.meta.uid) this.#remove(key, before.meta);
    const value = this.#plan.project(object);
    if (value === undefined) {
      this.#remove(key, object.meta);
      return;
    }
    this.#objects.set(key, { meta: object.meta, value });
    this.#plan.listener.changed(value, object);
  }

  #gone(meta: ObjectMeta): void {
    const key = keyOf(meta);
    if (this.#objects.has(key)) this.#remove(key, meta);
    else this.#plan.listener.missed?.(meta);
  }

  #remove(key: string, meta: ObjectMeta): void {
    const kept = this.#objects.get(key);
    if (kept === undefined || kept.meta.uid !== meta.uid) return;
    this.#objects.delete(key);
    this.#plan.listener.gone(kept.value, kept.meta);
  }

  /** Says what is wrong, and waits: longer each time, each watch at its own moment. */
  async #rest(problem: KubeError): Promise<void> {
    const { backoffMs, backoffMaxMs, busyMaxMs, refusedMs, doubtMs } = this.#timing;
    const isRefused = isRefusal(problem);
    const wasRead = this.#listsTotal > 0 && !isRefusal(this.#error);
    if (wasRead && problem.code === 'E_KUBE_NOT_PERMITTED') this.#doubtUntilMs = Date.now() + doubtMs;
    // An expired version is ordinary: the list that follows brings all up to date.
    if (problem.code !== 'E_KUBE_EXPIRED') this.#say(conditionOf(problem, this.#listsTotal > 0), problem);
    if (isRefused) this.#version = undefined;
    this.#isPolled = false;
    // Of a kind that is not served there is nothing any more.
    if (problem.code === 'E_KUBE_MISSING')
      for (const [key, { meta }] of this.#objects) this.#remove(key, meta);
    const most = problem.code === 'E_KUBE_BUSY' ? busyMaxMs : backoffMaxMs;
    const longest = Math.min(most, backoffMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    const isEager = isRefused && Date.now() < this.#eagerUntilMs;
    const isPatient = isRefused && !isEager && Date.now() >= this.#doubtUntilMs;
    const pauseMs = isPatient
      ? refusedMs * (0.5 + Math.random() / 2)
      : (isEager ? EAGER_PAUSE_MS : longest) * (0.25 + Math.random() * 0.75);
    await this.#pause(
      Math.max(pauseMs, problem.retryAfterMs ?? 0),
      isRefused ? this.#wake.signal : undefined,
    );
  }

  #say(condition: WatchCondition, error: KubeError | undefined): void {
    const isNews = condition !== this.#condition || error?.code !== this.#error?.code;
    this.#condition = condition;
    this.#error = error;
    if (isNews) this.#plan.listener.state?.(this.state());
  }
}

function conditionOf({ code }: KubeError, wasListed: boolean): WatchCondition {
  if (code === 'E_KUBE_NOT_PERMITTED') return 'not-permitted';
  if (code === 'E_KUBE_MISSING') return 'not-served';
  return wasListed ? 'behind' : 'unknown';
}
