// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { asObject, asText, type JsonObject } from '../json/fields.ts';
import type { ImageChoice, ImageError, ImageSource } from './image-source.ts';
import { choicesOf, type DigestBlobs, planOf, platformOf, readByDigest } from './manifest.ts';

/** One image in a store that knows everything by its digest: a registry, the content store of a runtime. */
export interface DigestImage {
  readonly label: string;
  /** Digest of the manifest or index that its name leads to. */
  readonly digest: string;
  readonly references: readonly string[];
  readonly blobs: DigestBlobs;
  /** Whether the store has a manifest of an index; left out where it has all of them. */
  readonly has?: (digest: string) => Promise<boolean>;
  readonly close?: () => void;
}

/** The platform of a manifest that stands alone, as its configuration states it. */
async function platformOfManifest(
  blobs: DigestBlobs,
  manifest: JsonObject,
): Promise<Result<string, ImageError>> {
  const config = await readByDigest(blobs, asText(asObject(manifest['config'])?.['digest']) ?? '');
  return config.ok ? ok(platformOf(config.value)) : config;
}

async function choices({
  blobs,
  digest,
  references,
  has,
}: DigestImage): Promise<Result<readonly ImageChoice[], ImageError>> {
  const root = await readByDigest(blobs, digest);
  if (!root.ok) return root;
  if (!Array.isArray(root.value['manifests'])) {
    const platform = await platformOfManifest(blobs, root.value);
    return platform.ok ? ok([{ digest, platform: platform.value, references }]) : platform;
  }
  const found = await choicesOf(blobs, root.value);
  if (!found.ok) return found;
  const there: ImageChoice[] = [];
  for (const choice of found.value)
    if (has === undefined || (await has(choice.digest))) there.push({ ...choice, references });
  return ok(there.length > 0 ? there : found.value);
}

/** An image by the digest of its manifest or index, as a source. */
export const openDigestImage = (image: DigestImage): ImageSource => ({
  label: image.label,
  images: () => choices(image),
  plan: (choice) => planOf(image.blobs, choice),
  close: () => image.close?.(),
});
