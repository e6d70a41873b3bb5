// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type KubeClient,
  type KubeObject,
  type ObjectMeta,
  type Resource,
  ResourceWatch,
  type WatchState,
  type WatchTiming,
} from '@bartizan/adapters/kube';
import type { Log } from '../../ports.ts';

/** Something of a custom kind changed. */
export interface CustomChange {
  readonly resource: Resource;
  readonly meta: ObjectMeta;
  /** The whole object as it is now; absent = gone. */
  readonly object?: KubeObject;
}
/** How one custom kind is known. */
export interface CustomState extends WatchState {
  readonly resource: Resource;
  /** Objects beyond what is kept of one kind. */
  readonly leftOut: number;
}

interface Parts {
  readonly client: KubeClient;
  readonly log: Log;
  readonly onChange: (change: CustomChange) => void;
  /** A kind became known, or is known no more. */
  readonly onState: () => void;
  readonly timing?: Partial<WatchTiming>;
  readonly limits?: Partial<CustomLimits>;
  /** The least time between two readings of a kind for those that found no room (one minute). */
  readonly readAgainMs?: number;
}

/** Objects that are judged, of one kind and of all together: each is kept whole. */
export interface CustomLimits {
  readonly ofKind: number;
  readonly together: number;
}
const LIMITS: CustomLimits = { ofKind: 5_000, together: 20_000 };
const READ_AGAIN_MS = 60_000;
/** Objects go in bursts: room is filled when a burst is over, each kind at its own moment. */
const SETTLE_MS = 1_000;
const nameOf = ({ group, plural }: Resource): string => `${plural}.${group}`;
const keyOf = ({ namespace, name }: ObjectMeta): string => `${namespace}/${name}`;

/** Room for the objects of all kinds together. */
class Room {
  readonly limits: CustomLimits;
  readonly #onRoom: () => void;
  #taken = 0;

  constructor(limits: CustomLimits, onRoom: () => void) {
    this.limits = limits;
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    return this.#taken >= this.limits.together;
  }

  take(): void {
    this.#taken += 1;
  }

  give(count: number): void {
    this.#taken -= count;
    if (count > 0) this.#onRoom();
  }
}

/** One custom kind that is followed. */
class Followed {
  readonly resource: Resource;
  readonly watch: ResourceWatch<ObjectMeta>;
  readonly leftOut = new Set<string>();
  readonly #known = new Map<string, ObjectMeta>();
  readonly #parts: Parts;
  readonly #room: Room;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #readAgainFromMs = 0;

  constructor(resource: Resource, parts: Parts, room: Room) {
    this.resource = resource;
    this.#parts = parts;
    this.#room = room;
    const { client, timing = {} } = parts;
    this.watch = new ResourceWatch<ObjectMeta>(client, {
      resource,
      timing,
      project: ({ meta }) => this.#take(meta),
      listener: {
        changed: (meta, object) => {
          if (!this.#isStopped) parts.onChange({ resource, meta, object });
        },
        gone: (meta) => {
          if (this.#isStopped) return;
          if (this.#known.delete(keyOf(meta))) room.give(1);
          parts.onChange({ resource, meta });
        },
        missed: (meta) => this.leftOut.delete(keyOf(meta)),
        listed: (keys) => {
          for (const key of this.leftOut) if (!keys.has(key)) this.leftOut.delete(key);
        },
        state: ({ condition, code, detail }) => {
          const fields = {
            kind: nameOf(resource),
            condition,
            ...(code === undefined ? {} : { code, detail }),
          };
          if (condition === 'synced') parts.log.debug(fields, 'a custom kind is followed');
          else parts.log.info(fields, 'a custom kind is not followed');
          parts.onState();
        },
      },
    });
    this.watch.start();
  }

  get #hasRoom(): boolean {
    return this.#known.size < this.#room.limits.ofKind && !this.#room.isFull;
  }

  /** There may be room for objects that found none: the kind is read again, at most once in `readAgainMs`. */
  readAgain(): void {
    const isWanted = (): boolean => !this.#isStopped && this.leftOut.size > 0 && this.#hasRoom;
    if (!isWanted() || this.#timer !== undefined) return;
    const { readAgainMs = READ_AGAIN_MS } = this.#parts;
    const settleMs = Math.min(SETTLE_MS, readAgainMs) * (0.5 + Math.random() / 2);
    const waitMs = Math.max(settleMs, this.#readAgainFromMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!isWanted()) return;
      this.#readAgainFromMs = Date.now() + readAgainMs;
      this.watch.relist();
    }, waitMs).unref();
  }

  #take(meta: ObjectMeta): ObjectMeta | undefined {
    if (this.#isStopped) return undefined;
    const key = keyOf(meta);
    if (!this.#known.has(key)) {
      if (!this.#hasRoom) {
        this.leftOut.add(key);
        return undefined;
      }
      this.#room.take();
    }
    this.leftOut.delete(key);
    this.#known.set(key, meta);
    return meta;
  }

  /** Nothing of it is told any more; what was known counts as gone. */
  async stop(isForgotten: boolean): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#room.give(this.#known.size);
    if (isForgotten)
      for (const meta of this.#known.values()) this.#parts.onChange({ resource: this.resource, meta });
    await this.watch.stop();
  }
}

/** Follows the objects of those custom kinds that somebody wants to judge: one watch a kind. */
export class CustomObjects {
  readonly #parts: Parts;
  readonly #followed = new Map<string, Followed>();
  readonly #stopping = new Set<Promise<void>>();
  readonly #room: Room;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#room = new Room({ ...LIMITS, ...parts.limits }, () => {
      for (const followed of this.#followed.values()) followed.readAgain();
    });
  }

  /** Follows these kinds from now on, and no others. A kind that is read in another version is read anew. */
  follow(resources: readonly Resource[]): void {
    const wanted = new Map(resources.map((resource) => [nameOf(resource), resource]));
    for (const [name, followed] of this.#followed) {
      const now = wanted.get(name);
      const { version, kind, isNamespaced } = followed.resource;
      if (now?.version === version && now.kind === kind && now.isNamespaced === isNamespaced) continue;
      this.#followed.delete(name);
      this.#end(followed, true);
    }
    for (const [name, resource] of wanted)
      if (!this.#followed.has(name))
        this.#followed.set(name, new Followed(resource, this.#parts, this.#room));
  }

  /**
   * Asks again at once for what was not permitted, not even to be watched, or not served: somebody changed what may be
   * read, or what is there.
   */
  again(): void {
    for (const { watch } of this.#followed.values()) {
      const { condition, isPolled } = watch.state();
      if (isPolled || condition === 'not-permitted' || condition === 'not-served') watch.again();
    }
  }

  states(): readonly CustomState[] {
    return [...this.#followed.values()].map(({ resource, watch, leftOut }) => ({
      ...watch.state(),
      resource,
      leftOut: leftOut.size,
    }));
  }

  async stop(): Promise<void> {
    for (const followed of this.#followed.values()) this.#end(followed, false);
    this.#followed.clear();
    await Promise.all(this.#stopping);
  }

  #end(followed: Followed, isForgotten: boolean): void {
    const stopped = followed.stop(isForgotten).finally(() => this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
  }
}
