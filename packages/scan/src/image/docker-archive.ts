// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { asList, asObject, asText, type JsonObject, parseJson } from '../json/fields.ts';
import type { Blobs } from './blobs.ts';
import type {
  ImageChoice,
  ImageError,
  ImagePlan,
  ImageSource,
  LayerCompression,
  LayerSource,
} from './image-source.ts';
import { diffIdsOf, digestOf, imageError, MAX_JSON_BYTES, platformOf, readConfig } from './manifest.ts';

const MAX_IMAGES = 1_000;

interface Saved {
  readonly choice: ImageChoice;
  readonly config: JsonObject;
  readonly layerNames: readonly string[];
}

/** Layers of a docker archive are plain as a rule, and compressed when other tools wrote them. */
const sniff = (blobs: Blobs, name: string): LayerCompression => {
  const first = blobs.head(name);
  if (first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  return first.length >= 2 && first.readUInt16BE(0) === 0x1f8b ? 'gzip' : 'none';
};

const readSaved = (blobs: Blobs, item: unknown): Saved | undefined => {
  const image = asObject(item);
  const bytes = blobs.read(asText(image?.['Config'], 4096) ?? '', MAX_JSON_BYTES);
  const config = asObject(parseJson(bytes?.toString('utf8') ?? ''));
  if (image === undefined || bytes === undefined || config === undefined) return undefined;
  return {
    choice: {
      digest: digestOf(bytes),
      platform: platformOf(config),
      references: asList(image['RepoTags']).flatMap((tag) => asText(tag, 512) ?? []),
    },
    config,
    layerNames: asList(image['Layers']).map((name) => asText(name, 4096) ?? ''),
  };
};

const planSaved = (blobs: Blobs, saved: Saved): Result<ImagePlan, ImageError> => {
  const diffIds = diffIdsOf(saved.config, saved.layerNames.length);
  if (!diffIds.ok) return diffIds;
  const layers = diffIds.value.map((diffId, at): LayerSource => {
    const name = saved.layerNames[at] ?? '';
    return {
      diffId,
      compression: sniff(blobs, name),
      open: () => {
        const stream = blobs.open(name);
        if (stream === undefined) throw new TypeError(`${name} is not there`);
        return stream;
      },
    };
  });
  return ok({
    digest: saved.choice.digest,
    config: readConfig(saved.config),
    document: saved.config,
    layers,
  });
};

/** What `docker save` writes: manifest.json names the configuration and the layers of each image. */
export const openDockerArchive = (label: string, blobs: Blobs, manifest: Buffer): ImageSource => {
  const images = asList(parseJson(manifest.toString('utf8'))).slice(0, MAX_IMAGES);
  const saved = images.map((item) => readSaved(blobs, item)).filter((item) => item !== undefined);
  return {
    label,
    images: async () =>
      saved.length === 0 || saved.length < images.length
        ? imageError('the archive names an image that is not there')
        : ok(saved.map(({ choice }) => choice)),
    plan: async (choice) => {
      const found = saved.find((one) => one.choice.digest === choice.digest);
      return found === undefined
        ? imageError(`${choice.digest} is not in the archive`)
        : planSaved(blobs, found);
    },
    close: () => blobs.close(),
  };
};
