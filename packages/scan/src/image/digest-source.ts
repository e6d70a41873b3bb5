// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { asList, asObject, asText, type JsonObject, parseJson } from '../json/fields.ts';
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

/** Media types of configurations that make a manifest an image; absent in very old ones. */
const IMAGE_CONFIGS = [
  '',
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** Whether a manifest is no image but something that lies beside images: a signature, a bill of materials, a chart. */
export const isArtifact = (manifest: Uint8Array): boolean => {
  const value = asObject(parseJson(Buffer.from(manifest).toString('utf8')));
  if (value === undefined || Array.isArray(value['manifests'])) return false;
  const layers = asList(value['layers']).map((layer) => asText(asObject(layer)?.['mediaType']) ?? '');
  const isForeign = layers.length > 0 && layers.every((type) => !/\.(?:tar|layer)\b|tar$/.test(type));
  const config = asText(asObject(value['config'])?.['mediaType']) ?? '';
  return value['artifactType'] !== undefined || !IMAGE_CONFIGS.includes(config) || isForeign;
};
