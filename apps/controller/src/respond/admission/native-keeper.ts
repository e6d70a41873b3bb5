// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import {
  type KubeClient,
  type KubeError,
  type KubeObject,
  type Resource,
  recordOf,
} from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import { err, type Failure, type Result, systemScope } from '@bartizan/contracts';
import type { OnRestored, OwnedObject, OwnedState } from '../../native-ports.ts';
import type { Clock, ClusterFeed, Log, Owner } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { labelSelectorOf, listLabelled } from '../labelled-objects.ts';
import { isPassing, RestorePace } from './restore-pace.ts';
import { type Cause, DISPUTED, tellRestored } from './tell-restored.ts';

interface Parts {
  readonly client: KubeClient;
  readonly feed: ClusterFeed;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly onRestored: OnRestored;
  /** Every kind of which some are kept, in the order in which they are written. */
  readonly resources: readonly Resource[];
  /** Labels of ours: whatever carries all of them and is not wanted is removed. */
  readonly labels: Readonly<Record<string, string>>;
}
type Kept = Result<KubeObject, KubeError>;
type Leftover = Pick<Failure, 'code' | 'detail'>;

const TRIES = 5;
/** The watch tells in milliseconds; this is for when it may not, or is behind. */
const CHECK_MS = 30_000;
const DETAIL_MAX = 512;
const SCOPE = systemScope('native admission policies');
/** Says of which rule an object is. */
const RULE = 'policy.bartizan.dev/rule';
/** What may be otherwise in a moment. What is refused or not served stays so, and would keep the old for ever. */
const PENDING: ReadonlySet<OwnedState['state']> = new Set(['absent', 'not-permitted']);
const keyOf = (kind: string, name: string): string => `${kind}/${name}`;

/** Keeps objects of ours in the cluster as they shall be: who deletes or changes one sees it come back, and stands in the audit log. */
export class NativeKeeper {
  readonly #parts: Parts;
  readonly #turnstile = new Turnstile();
  readonly #states = new Map<string, OwnedState>();
  readonly #pace: RestorePace;
  /** What was in force at last: only who changes that changes something of ours. */
  readonly #inForce = new Map<string, OwnedObject>();
  /** When each was seen as it shall be for the last time. */
  readonly #wholeAtMs = new Map<string, number>();
  /** What the API server makes of an object of ours that it was given whole: with defaults we may not know. */
  readonly #accepted = new Map<string, { readonly wanted: OwnedObject; readonly spec: unknown }>();
  #desired = new Map<string, OwnedObject>();
  #mayPrune = false;
  /** Kinds of which what nobody wants any more may still be there, with the reason. */
  readonly #unpruned = new Map<string, Leftover>();
  #timer: NodeJS.Timeout | undefined;
  #stop: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#pace = new RestorePace(() => parts.clock.nowMs());
  }

  /** Keeps these, and no others of ours, from now on; without `prune` what is there besides stays for now. */
  async keep(objects: readonly OwnedObject[], prune: boolean): Promise<void> {
    const before = this.#desired;
    const wanted = objects.map((one): readonly [string, OwnedObject] => {
      const key = keyOf(one.resource.kind, one.name);
      const held = before.get(key);
      return [key, held !== undefined && isDeepStrictEqual(held.object, one.object) ? held : one];
    });
    // What is new or different first: it does not wait until all that is there already was looked at.
    const isNews = ([key, one]: readonly [string, OwnedObject]): boolean => before.get(key) !== one;
    this.#desired = new Map([...wanted.filter(isNews), ...wanted.filter((one) => !isNews(one))]);
    this.#mayPrune = prune;
    this.#stop ??= this.#parts.feed.listen({
      onChange: ({ kind, meta, object }) => {
        const key = keyOf(kind, meta.name);
        const desired = this.#desired.get(key);
        if (desired === undefined || (object !== undefined && this.#isAsDesired(desired, object))) return;
        const toldAtMs = this.#parts.clock.nowMs();
        const cause = object === undefined ? 'deleted' : 'changed';
        this.#pace.soon(key, () => void this.#turnstile.run(() => this.#one(key, cause, toldAtMs)));
      },
    });
    this.#timer ??= setInterval(() => void this.#all('found'), CHECK_MS).unref();
    await this.#all('planned');
  }

  state(kind: string, name: string): OwnedState | undefined {
    return this.#states.get(keyOf(kind, name));
  }

  /** Why what nobody wants any more may still be in the cluster; undefined: it is not. */
  leftover(): Leftover | undefined {
    return this.#unpruned.values().next().value;
  }

  /** Stops keeping; what is in force stays in force. */
  async close(): Promise<void> {
    this.#stop?.();
    this.#pace.close();
    clearInterval(this.#timer);
    this.#desired = new Map();
    this.#mayPrune = false;
    await this.#turnstile.run(() => Promise.resolve());
  }

  async #all(cause: Cause): Promise<void> {
    for (const key of [...this.#desired.keys()]) await this.#turnstile.run(() => this.#one(key, cause));
    // What binds goes before what is bound.
    for (const resource of this.#parts.resources.toReversed())
      await this.#turnstile.run(() => this.#prune(resource));
  }

  #isAsDesired(desired: OwnedObject, { raw }: KubeObject): boolean {
    const { metadata, spec } = desired.object;
    const live = recordOf(raw['metadata']);
    const has = (field: 'labels' | 'annotations'): boolean => {
      const there = recordOf(live[field]);
      return Object.entries(metadata[field]).every(([name, value]) => there[name] === value);
    };
    const accepted = this.#accepted.get(keyOf(desired.resource.kind, desired.name));
    return (
      has('labels') &&
      has('annotations') &&
      (isDeepStrictEqual(raw['spec'], spec) ||
        (accepted?.wanted === desired && isDeepStrictEqual(raw['spec'], accepted.spec)))
    );
  }

  /** Brings one object to what it shall be now; the plan may be another one than when this was asked for. */
  async #one(key: string, cause: Cause, toldAtMs?: number): Promise<void> {
    const desired = this.#desired.get(key);
    if (desired === undefined) return;
    const { client, log, clock } = this.#parts;
    const restoredTotal = this.#states.get(key)?.restoredTotal ?? 0;
    const live = await client.get(desired.resource, { name: desired.name });
    if (live.ok && this.#isAsDesired(desired, live.value)) {
      this.#pace.answered(key);
      this.#states.set(key, { state: 'in-force', restoredTotal });
      this.#inForce.set(key, desired);
      this.#wholeAtMs.set(key, clock.nowMs());
      return;
    }
    const isAway = !live.ok && live.error.code === 'E_KUBE_MISSING';
    const kept = live.ok || isAway ? await this.#put(desired) : live;
    if (!kept.ok) {
      const { code, detail } = kept.error;
      // What this API server does not have is told once, not at each look.
      if (code !== 'E_KUBE_MISSING' || this.#states.get(key)?.code !== code)
        log.warn({ name: desired.name, code, detail }, 'a policy of ours is not in force now');
      this.#states.set(key, {
        state: stateOf(code),
        restoredTotal,
        code,
        detail: detail.slice(0, DETAIL_MAX),
      });
      if (isPassing(code, this.#wholeAtMs.has(key)))
        this.#pace.again(key, () => void this.#turnstile.run(() => this.#one(key, cause, toldAtMs)));
      return;
    }
    this.#pace.answered(key);
    const isRestored = cause !== 'planned' && this.#inForce.get(key) === desired;
    const noted = isRestored ? this.#pace.note(key) : undefined;
    this.#inForce.set(key, desired);
    this.#states.set(key, {
      ...{ state: 'in-force', restoredTotal: restoredTotal + (isRestored ? 1 : 0) },
      ...(noted?.isDispute === true ? { code: DISPUTED } : {}),
    });
    const sinceMs = toldAtMs ?? this.#wholeAtMs.get(key) ?? clock.nowMs();
    this.#wholeAtMs.set(key, clock.nowMs());
    if (noted !== undefined)
      await tellRestored(this.#parts, SCOPE, {
        ...{ what: 'policy', resource: desired.resource, name: desired.name, cause, sinceMs },
        ...{ live: live.ok ? live.value : undefined, noted },
      });
  }

  /** By server-side apply; what somebody put beside our fields goes only when the whole is replaced. */
  async #put(desired: OwnedObject): Promise<Kept> {
    const { client } = this.#parts;
    const { resource, name, object } = desired;
    let last: KubeError | undefined;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const applied = await client.apply(resource, object, { name }, { force: true });
      if (!applied.ok) return applied;
      if (this.#isAsDesired(desired, applied.value)) return applied;
      const { resourceVersion } = applied.value.meta;
      const metadata = { ...object.metadata, resourceVersion };
      const replaced = await client.update(resource, { ...object, metadata }, { name });
      if (replaced.ok) {
        this.#accepted.set(keyOf(resource.kind, name), { wanted: desired, spec: replaced.value.raw['spec'] });
        return replaced;
      }
      last = replaced.error;
      // Somebody was faster, once more.
      if (last.code !== 'E_KUBE_CONFLICT') break;
    }
    return err(last ?? { code: 'E_KUBE_CONFLICT', detail: name });
  }

  /**
   * What is to be in force for the rule of an object and may be soon: until then the object stays, perhaps under a name of a
   * former version, since nothing would hold in between.
   */
  #awaited(raw: KubeObject['raw']): Leftover | undefined {
    const rule = recordOf(recordOf(raw['metadata'])['annotations'])[RULE];
    if (rule === undefined) return undefined;
    for (const [key, { name, object }] of this.#desired) {
      if (object.metadata.annotations[RULE] !== rule) continue;
      const { state, code, detail } = this.#states.get(key) ?? { state: 'absent' };
      if (PENDING.has(state))
        return { code: code ?? 'E_KUBE_MISSING', detail: detail ?? `${name} is not written yet` };
    }
    return undefined;
  }

  /** Removes what is ours by its labels and not wanted any more. */
  async #prune(resource: Resource): Promise<void> {
    if (!this.#mayPrune) return;
    const { client, log, labels } = this.#parts;
    const found = await listLabelled(this.#parts.client, resource, labelSelectorOf(this.#parts.labels));
    this.#unpruned.delete(resource.kind);
    if (!found.ok) {
      // Where the kind is not known there is none of it.
      if (found.error.code === 'E_KUBE_MISSING') return;
      this.#unpruned.set(resource.kind, found.error);
      log.warn({ kind: resource.kind, code: found.error.code }, 'policies of ours cannot be listed');
      return;
    }
    for (const { meta, raw } of found.value) {
      const key = keyOf(resource.kind, meta.name);
      const there = recordOf(recordOf(raw['metadata'])['labels']);
      const isOurs = Object.entries(labels).every(([name, value]) => there[name] === value);
      if (this.#desired.has(key) || !isOurs) continue;
      const awaited = this.#awaited(raw);
      if (awaited !== undefined) {
        this.#unpruned.set(resource.kind, awaited);
        continue;
      }
      const removed = await client.remove(resource, { name: meta.name }, meta.uid);
      this.#inForce.delete(key);
      if (removed.ok || removed.error.code === 'E_KUBE_MISSING') this.#states.delete(key);
      else {
        this.#unpruned.set(resource.kind, removed.error);
        log.warn({ name: meta.name, code: removed.error.code }, 'a policy of ours cannot be removed now');
      }
    }
  }
}

const stateOf = (code: string): OwnedState['state'] => {
  if (code === 'E_KUBE_NOT_PERMITTED') return 'not-permitted';
  // Nothing of the whole cluster is missing when it is made, but for its kind.
  if (code === 'E_KUBE_MISSING') return 'not-served';
  return code === 'E_KUBE_REFUSED' ? 'refused' : 'absent';
};
