// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Image, type Registry, type Result, tenantScope } from '@bartizan/contracts';
import type { ImageIntake } from '../../decide/image-ledger.ts';
import { judgeRevision } from '../../decide/signature-verdicts.ts';
import type { ApiFailure, Owner } from '../../ports.ts';

interface Parts {
  readonly intake: ImageIntake;
  readonly store: Store;
}
type Kept = Promise<Result<void, ApiFailure>>;

/**
 * An intake for who works with a registry as it was set when the work began, which may be hours ago. A verdict about
 * signatures is kept only as long as the registry judges by the same: the list must not show one by keys that are gone.
 */
export function currentVerdicts({ intake, store }: Parts, registry: Registry): ImageIntake {
  const { id, cluster, tenant } = registry;
  const ours = judgeRevision(registry);
  const revision = async (): Promise<string | undefined> => {
    const now = await store.registries.get(tenantScope(cluster, tenant), id);
    // Where it cannot be read the verdict says by what it was made, and rules ask for that.
    if (!now.ok) return ours;
    return now.value === undefined ? undefined : judgeRevision(now.value);
  };
  const keep = async (owner: Owner, image: Image, write: (image: Image) => Kept): Kept => {
    const { signature, ...unjudged } = image;
    if (signature === undefined) return write(image);
    if ((await revision()) !== ours) return write(unjudged);
    const written = await write(image);
    const now = await revision();
    // It was set otherwise in between: what was to be forgotten then may have been written after that.
    return written.ok && now !== ours ? intake.unjudge(owner, id, now) : written;
  };
  return {
    put: (owner, scanned) => keep(owner, scanned.image, (image) => intake.put(owner, { ...scanned, image })),
    mark: (owner, digest, scan, entry) =>
      entry === undefined
        ? intake.mark(owner, digest, scan)
        : keep(owner, entry, (image) => intake.mark(owner, digest, scan, image)),
    known: (owner, digest) => intake.known(owner, digest),
    settle: (owner, reference, digests) => intake.settle(owner, reference, digests),
    discard: (owner, digest) => intake.discard(owner, digest),
    unjudge: (owner, of, by) => intake.unjudge(owner, of, by),
  };
}
