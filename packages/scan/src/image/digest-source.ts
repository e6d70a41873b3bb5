// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok } from '@bartizan/contracts';
import { asList, asObject, asText, parseJson } from '../json/fields.ts';
import type { ImageSource } from './image-source.ts';
import { choicesOf, type DigestBlobs, planOf, readByDigest } from './manifest.ts';

/** Where one image, or one index, lies among blobs. */
export interface DigestTarget {
  /** What is scanned, for people. */
  readonly label: string;
  /** Digest of the manifest or the index. */
  readonly digest: string;
  /** Name it was asked for by. */
  readonly reference: string;
  readonly close?: () => void;
}

/** What lies under one digest as a source of images: a manifest is one, an index all that it leads to. */
export const openDigestSource = (blobs: DigestBlobs, target: DigestTarget): ImageSource => {
  const references = [target.reference];
  return {
    label: target.label,
    images: async () => {
      const top = await readByDigest(blobs, target.digest);
      if (!top.ok) return top;
      if (Array.isArray(top.value['manifests'])) {
        const choices = await choicesOf(blobs, top.value);
        return choices.ok ? ok(choices.value.map((choice) => ({ ...choice, references }))) : choices;
      }
      // A manifest does not say what it is for: its configuration does.
      const plan = await planOf(blobs, { digest: target.digest, platform: '', references });
      return plan.ok
        ? ok([{ digest: target.digest, platform: plan.value.config.platform, references }])
        : plan;
    },
    plan: (choice) => planOf(blobs, choice),
    close: () => target.close?.(),
  };
};

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
