// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import type { Store } from '@bartizan/adapters/store';
import { type Image, systemScope, tenantScope } from '@bartizan/contracts';
import type { BaseDesk, BuiltImage, Change, Log, Owner } from '../ports.ts';

interface Parts {
  readonly store: Store;
  readonly log: Log;
}
/** What is held of an image that others may be built on. */
interface Held {
  readonly digest: string;
  readonly layers: number;
  /** Digest over all its layers, lowest first. */
  readonly chain: string;
  readonly references: readonly string[];
  readonly formerReferences: readonly string[];
  readonly platform: string;
  readonly createdAtMs: number;
}
type FoundBase = NonNullable<ReturnType<BaseDesk['baseOf']>>;
type NewerBase = ReturnType<BaseDesk['newerOf']>;

const PAGE = 500;
const ALL = systemScope('images that others are built on');
const DIGEST_LABEL = 'org.opencontainers.image.base.digest';
const NAME_LABEL = 'org.opencontainers.image.base.name';
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What of an image its base is told by, and nothing else of it. */
export function builtImage({ cluster, tenant, digest, labels = {}, layers = [] }: BuiltImage): BuiltImage {
  const told = [DIGEST_LABEL, NAME_LABEL].flatMap((name) => {
    const value = labels[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const diffIds = layers.map(({ diffId }) => ({ diffId }));
  return { cluster, tenant, digest, labels: Object.fromEntries(told), layers: diffIds };
}

/** A digest for each beginning of the layers: entry k is over the first k + 1. */
function chainsOf(diffIds: readonly string[]): string[] {
  const chains: string[] = [];
  for (const diffId of diffIds) chains.push(hash('sha256', `${chains.at(-1) ?? ''}\n${diffId}`, 'base64url'));
  return chains;
}

/**
 * Which known image another one is built on, by its layers, and where the name of that base leads now. Follows the store
 * by the changes that are told; one look-up costs as many hashes as the image has layers, however many images there are.
 */
export class BaseBook implements BaseDesk {
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();
  readonly #byChain = new Map<string, Set<string>>();
  readonly #byName = new Map<string, Set<string>>();

  #version = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Another number whenever the answers may be others. */
  version(): number {
    return this.#version;
  }

  /** Reads what is stored. */
  async load(): Promise<void> {
    const { store, log } = this.#parts;
    let cursor: string | undefined;
    do {
      const query = { filter: [], limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await store.images.list(ALL, query);
      if (!page.ok) return log.warn({ code: page.error.code }, 'base images cannot be read');
      for (const image of page.value.items) this.#take(image);
      cursor = page.value.next;
    } while (cursor !== undefined);
  }

  /** An image changed: what is held of it is read again. */
  note({ topic, cluster, tenant, data }: Change): void {
    const id: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'id') : undefined;
    if (topic !== 'image' || typeof id !== 'string') return;
    this.#read({ cluster, tenant }, id).catch((cause: unknown) =>
      this.#parts.log.error({ err: cause }, 'a base image could not be read'),
    );
  }

  async #read({ cluster, tenant }: Owner, id: string): Promise<void> {
    const found = await this.#parts.store.images.get(tenantScope(cluster, tenant), id);
    if (!found.ok) return;
    if (found.value === undefined) this.#forget(keyOf({ cluster, tenant }, id));
    else this.#take(found.value);
  }

  /** The base of an image: what its label says as far as its layers agree, else the image with the most of them. */
  baseOf(image: BuiltImage): FoundBase | undefined {
    const chains = chainsOf((image.layers ?? []).map(({ diffId }) => diffId));
    const labelled = this.#byLabel(image, chains);
    if (labelled?.layers !== undefined) return labelled;
    for (let count = chains.length - 1; count > 0; count -= 1) {
      const keys = this.#byChain.get(keyOf(image, chains[count - 1] ?? ''));
      const found = [...(keys ?? [])].flatMap((key) => this.#held.get(key) ?? []).sort(byName)[0];
      if (found !== undefined) return { how: 'layers', ...named(found), layers: count };
    }
    return labelled;
  }

  /** Where the names of a base lead now: to itself, or to an image of the same platform that was made later. */
  newerOf(image: BuiltImage, base: FoundBase | undefined): NewerBase {
    if (base === undefined) return { state: 'unknown', reason: 'no-base' };
    const held = base.digest === undefined ? undefined : this.#held.get(keyOf(image, base.digest));
    if (held === undefined) return { state: 'unknown', reason: 'base-not-known' };
    const said = image.labels?.[NAME_LABEL];
    const names = [...held.references, ...held.formerReferences, ...(said === undefined ? [] : [said])];
    if (names.length === 0) return { state: 'unknown', reason: 'no-name' };
    const newer = names
      .flatMap((reference) =>
        [...(this.#byName.get(keyOf(image, reference)) ?? [])].flatMap((key) => {
          const one = this.#held.get(key);
          return one === undefined ? [] : [{ reference, one }];
        }),
      )
      .filter(({ one }) => one.digest !== held.digest && one.platform === held.platform)
      .filter(({ one }) => one.digest !== image.digest && one.createdAtMs >= held.createdAtMs)
      .sort((left, right) => right.one.createdAtMs - left.one.createdAtMs)[0];
    if (newer === undefined) return { state: 'current' };
    const { reference, one } = newer;
    return { state: 'newer', reference, digest: one.digest, createdAtMs: one.createdAtMs };
  }

  #byLabel(image: BuiltImage, chains: readonly string[]): FoundBase | undefined {
    const digest = image.labels?.[DIGEST_LABEL];
    if (digest === undefined || !DIGEST.test(digest)) return undefined;
    const reference = image.labels?.[NAME_LABEL]?.slice(0, 512);
    const held = this.#held.get(keyOf(image, digest));
    if (held === undefined)
      return { how: 'label', digest, ...(reference === undefined ? {} : { reference }) };
    const isBegun = held.layers < chains.length && chains[held.layers - 1] === held.chain;
    return isBegun ? { how: 'label', ...named(held), layers: held.layers } : undefined;
  }

  #take(image: Image): void {
    const key = keyOf(image, image.digest);
    this.#forget(key);
    this.#version += 1;
    const diffIds = (image.layers ?? []).map(({ diffId }) => diffId);
    const held: Held = {
      digest: image.digest,
      layers: diffIds.length,
      chain: chainsOf(diffIds).at(-1) ?? '',
      references: image.references,
      formerReferences: image.formerReferences ?? [],
      platform: image.platform ?? '',
      createdAtMs: image.createdAtMs ?? 0,
    };
    this.#held.set(key, held);
    if (held.layers > 0) enter(this.#byChain, keyOf(image, held.chain), key);
    for (const name of held.references) enter(this.#byName, keyOf(image, name), key);
  }

  #forget(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#version += 1;
    this.#held.delete(key);
    const owner = key.slice(0, key.length - held.digest.length);
    leave(this.#byChain, owner + held.chain, key);
    for (const name of held.references) leave(this.#byName, owner + name, key);
  }
}

const keyOf = ({ cluster, tenant }: Owner, of: string): string => `${cluster}\n${tenant}\n${of}`;

/** Images with a name first, and always in the same order. */
const byName = (left: Held, right: Held): number =>
  Number(isNamed(right)) - Number(isNamed(left)) || (left.digest < right.digest ? -1 : 1);
const isNamed = ({ references, formerReferences }: Held): boolean =>
  references.length + formerReferences.length > 0;

const named = ({ references, formerReferences, digest }: Held): Pick<FoundBase, 'reference' | 'digest'> => {
  const reference = references[0] ?? formerReferences[0];
  return { digest, ...(reference === undefined ? {} : { reference }) };
};

function enter(index: Map<string, Set<string>>, at: string, key: string): void {
  index.set(at, (index.get(at) ?? new Set()).add(key));
}

function leave(index: Map<string, Set<string>>, at: string, key: string): void {
  const keys = index.get(at);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(at);
}
