// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** An object as the fake keeps it. */
export interface StoredObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}
export interface StoredEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
  readonly version: number;
  readonly collection: string;
}
/** An object as it is given. */
export interface GivenObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

/** Objects with one rising version and the events since the last compaction, as etcd behind an API server keeps them. */
export class ObjectStore {
  readonly #collections = new Map<string, Map<string, StoredObject>>();
  readonly #watchers = new Set<(event: StoredEvent) => void>();
  #events: StoredEvent[] = [];
  #version = 100;
  /** Watches may begin after this version and later. */
  #oldest = 100;
  #uids = 0;

  get version(): number {
    return this.#version;
  }

  list(collection: string, namespace?: string): StoredObject[] {
    const all = [...(this.#collections.get(collection)?.values() ?? [])];
    return all
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
      .toSorted((one, two) =>
        keyOf(one.metadata.namespace, one.metadata.name) < keyOf(two.metadata.namespace, two.metadata.name)
          ? -1
          : 1,
      );
  }

  get(collection: string, namespace: string | undefined, name: string): StoredObject | undefined {
    return this.#collections.get(collection)?.get(keyOf(namespace, name));
  }

  put(collection: string, given: GivenObject): StoredObject {
    const { name, namespace } = given.metadata;
    const objects = this.#collections.get(collection) ?? new Map<string, StoredObject>();
    this.#collections.set(collection, objects);
    const before = objects.get(keyOf(namespace, name));
    this.#version += 1;
    const object: StoredObject = {
      ...given,
      metadata: {
        ...given.metadata,
        uid: before?.metadata.uid ?? this.#newUid(),
        resourceVersion: String(this.#version),
      },
    };
    objects.set(keyOf(namespace, name), object);
    this.#tell(collection, before === undefined ? 'ADDED' : 'MODIFIED', object);
    return object;
  }

  remove(collection: string, namespace: string | undefined, name: string): StoredObject | undefined {
    const objects = this.#collections.get(collection);
    const before = objects?.get(keyOf(namespace, name));
    if (before === undefined) return undefined;
    objects?.delete(keyOf(namespace, name));
    this.#version += 1;
    const metadata = { ...before.metadata, resourceVersion: String(this.#version) };
    this.#tell(collection, 'DELETED', { ...before, metadata });
    return before;
  }

  /** Forgets all events: a watch from before is expired. */
  compact(): void {
    this.#events = [];
    this.#oldest = this.#version;
  }

  /** Events after a version, now and later; undefined = expired. Returns what ends it. */
  follow(after: number, told: (event: StoredEvent) => void): (() => void) | undefined {
    if (after < this.#oldest) return undefined;
    for (const event of this.#events) if (event.version > after) told(event);
    this.#watchers.add(told);
    return () => this.#watchers.delete(told);
  }

  #newUid(): string {
    this.#uids += 1;
    return `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`;
  }

  #tell(collection: string, type: StoredEvent['type'], object: StoredObject): void {
    const event: StoredEvent = { type, object, version: this.#version, collection };
    this.#events.push(event);
    for (const told of this.#watchers) told(event);
  }
}
