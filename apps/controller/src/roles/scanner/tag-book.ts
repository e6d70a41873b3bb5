// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Image, type ImageSignature, ok, type Result, tenantScope } from '@bartizan/contracts';
import type { ApiFailure, Clock, Owner } from '../../ports.ts';

const REFERENCES_MAX = 64;
const HOLDERS_MAX = 1000;

/** Which names lead to which images: a tag that moved no longer leads to the image it led to before. */
export class TagBook {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Says which digests a reference of a registry leads to now; returns how many images lost it. */
  async settle(
    owner: Owner,
    registry: string,
    reference: string,
    digests: readonly string[],
  ): Promise<Result<number, ApiFailure>> {
    const scope = tenantScope(owner.cluster, owner.tenant);
    const filter = [{ field: 'reference', operator: 'in' as const, values: [reference], negated: false }];
    const holders = await this.#store.images.list(scope, { filter, limit: HOLDERS_MAX });
    if (!holders.ok) return holders;
    const moved = holders.value.items
      .filter((image) => image.references.includes(reference) && !digests.includes(image.digest))
      .map((image) => ({ ...image, references: image.references.filter((one) => one !== reference) }));
    const gained: Image[] = [];
    for (const digest of digests) {
      const found = await this.#store.images.get(scope, digest);
      if (!found.ok) return found;
      if (found.value !== undefined) gained.push(this.#with(found.value, registry, reference));
    }
    const written = await this.#store.images.put(scope, [...moved, ...gained]);
    return written.ok ? ok(moved.length) : written;
  }

  #with(image: Image, registry: string, reference: string): Image {
    const references = new Set([reference, ...image.references]);
    const registries = new Set([registry, ...(image.registries ?? [])]);
    return {
      ...image,
      references: [...references].slice(0, REFERENCES_MAX),
      registries: [...registries].slice(0, REFERENCES_MAX),
      lastSeenAtMs: this.#clock.nowMs(),
    };
  }

  /** Keeps what was found about the signatures of an image that was not read again. */
  async sign(owner: Owner, digest: string, signature: ImageSignature): Promise<Result<void, ApiFailure>> {
    const scope = tenantScope(owner.cluster, owner.tenant);
    const found = await this.#store.images.get(scope, digest);
    if (!found.ok) return found;
    return found.value === undefined
      ? ok(undefined)
      : this.#store.images.put(scope, [{ ...found.value, signature }]);
  }
}
