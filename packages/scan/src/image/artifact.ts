// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, parseJson } from '../json/fields.ts';

/** Media types of configurations that make a manifest an image; absent in very old ones. */
const IMAGE_CONFIGS = [
  '',
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/**
 * Whether a manifest is no image but something that lies beside images: a signature, a bill of materials, a chart. What
 * a runtime would run is an image whatever it says of itself: runtimes do not look at `artifactType`.
 */
export const isArtifact = (manifest: Uint8Array): boolean => {
  const value = asObject(parseJson(Buffer.from(manifest).toString('utf8')));
  if (value === undefined || Array.isArray(value['manifests'])) return false;
  const layers = asList(value['layers']).map((layer) => asText(asObject(layer)?.['mediaType']) ?? '');
  const isForeign = layers.length > 0 && layers.every((type) => !/\.(?:tar|layer)\b|tar$/.test(type));
  const config = asText(asObject(value['config'])?.['mediaType']) ?? '';
  const isBare = value['artifactType'] !== undefined && layers.length === 0;
  return isBare || isForeign || !IMAGE_CONFIGS.includes(config);
};
