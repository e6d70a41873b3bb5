// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Image, type ImageScan, ok, type Result, tenantScope } from '@bartizan/contracts';
import type { ApiFailure, Clock, Owner } from '../ports.ts';
import type { ImageIntake, KnownImage, ScannedImage } from './image-ledger.ts';

/** Keeps images with how far their scan is, in the store as it is. */
export class StoredImages implements ImageIntake {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async known(owner: Owner, digest: string): Promise<Result<KnownImage | undefined, ApiFailure>> {
    const found = await this.#store.images.get(tenantScope(owner.cluster, owner.tenant), digest);
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
    const { scan } = found.value;
    const version = scan?.catalogueVersion;
    return ok({
      image: found.value,
      ...(version === undefined ? {} : { catalogueVersion: version }),
      isComplete: scan?.state === 'done',
    });
  }

  async put(owner: Owner, scanned: ScannedImage): Promise<Result<void, ApiFailure>> {
    const { image, packages, distribution, incomplete, catalogueVersion, scannedAtMs } = scanned;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const listed = await this.#store.scans.put(scope, {
      workload: image.digest,
      scan: `image ${image.digest}`,
      distribution,
      distributionName: distribution,
      packages,
      coverage: [],
      incomplete,
      scannedAtMs,
      matchedWith: '',
    });
    if (!listed.ok) return listed;
    const state = incomplete.length === 0 ? 'done' : 'incomplete';
    const scan: ImageScan = { state, reasons: [...incomplete], scannedAtMs, catalogueVersion };
    return this.#keep(owner, { ...image, scan });
  }

  async mark(
    owner: Owner,
    digest: string,
    scan: ImageScan,
    image?: Image,
  ): Promise<Result<void, ApiFailure>> {
    const known = await this.known(owner, digest);
    if (!known.ok) return known;
    const entry = known.value?.image ?? image;
    return entry === undefined ? ok(undefined) : this.#keep(owner, { ...entry, scan });
  }

  #keep(owner: Owner, image: Image): Promise<Result<void, ApiFailure>> {
    const nowMs = this.#clock.nowMs();
    const seen = { firstSeenAtMs: image.firstSeenAtMs ?? nowMs, lastSeenAtMs: nowMs };
    return this.#store.images.put(tenantScope(owner.cluster, owner.tenant), [{ ...image, ...seen }]);
  }
}
