// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { OpenedRegistry } from '@bartizan/adapters/registry';
import { type Failure, type Image, ok, type Registry, type Result } from '@bartizan/contracts';
import { imageReference } from '@bartizan/engine/admission';
import { choosePlatforms } from '../../decide/choose-platforms.ts';
import type { ImageIntake, KnownImage } from '../../decide/image-ledger.ts';
import type { ApiFailure, Owner } from '../../ports.ts';
import { imagesBelow, resolveTag } from '../../sense/registries/find-images.ts';
import { entryOf } from './image-entry.ts';

/** An image of a registry, and where it is. */
export interface WantedImage {
  /** It was read to the end: only who signed it may not be known here. */
  readonly isRead: boolean;
  readonly known: KnownImage;
  readonly place: { readonly repository: string; readonly references: string[]; readonly indexes: string[] };
}
type Wanted = Promise<Result<readonly WantedImage[], Failure | ApiFailure>>;

/** Whether a reference leads into a registry, whatever either of them is spelt like. */
export const isOf = ({ host }: Registry, reference: string): boolean =>
  imageReference(`${host}/x`).registry === imageReference(reference).registry;

/**
 * What a reference of a pod leads to in its registry: one image, or one for each platform below an index. What is known
 * already gets the name; what is not is entered as queued, to be read.
 */
export async function findWanted(
  registry: Registry,
  reference: string,
  parts: {
    readonly opened: OpenedRegistry;
    readonly intake: ImageIntake;
    readonly platforms: readonly string[];
    readonly owner: Owner;
  },
): Wanted {
  const { opened, intake, platforms, owner } = parts;
  const { repository, tag = 'latest', digest } = imageReference(reference);
  const resolved = await resolveTag(opened, repository, digest ?? tag);
  if (!resolved.ok) return resolved;
  const below = await imagesBelow(opened, repository, resolved.value);
  if (!below.ok) return below;
  // A digest beside a tag is what runs: the tag may lead elsewhere by now.
  const name = `${registry.host}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
  const indexes = resolved.value.isIndex ? [resolved.value.digest] : [];
  const found: WantedImage[] = [];
  for (const { digest: one, platform } of choosePlatforms(platforms, below.value)) {
    const known = await intake.known(owner, one);
    if (!known.ok) return known;
    const image: Image = entryOf(registry, { digest: one, platform, references: [name] }, known.value?.image);
    const isRead = known.value?.isComplete === true;
    const scan = isRead ? known.value?.image.scan : undefined;
    const marked = await intake.mark(owner, one, scan ?? { state: 'queued', reasons: [] }, image);
    if (!marked.ok) return marked;
    found.push({
      isRead,
      known: { ...known.value, image, isComplete: isRead },
      place: { repository, references: [name], indexes },
    });
  }
  return ok(found);
}
