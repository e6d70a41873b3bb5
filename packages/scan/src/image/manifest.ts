// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { err, ok, type Result } from '@bartizan/contracts';
import { asList, asObject, asText, type JsonObject, parseJson } from '../json/fields.ts';
import type {
  ImageChoice,
  ImageConfig,
  ImageError,
  ImagePlan,
  LayerCompression,
  LayerSource,
} from './image-source.ts';

/** Blobs by digest: an OCI layout's folder, a registry, a content store. */
export interface DigestBlobs {
  /** The whole blob; undefined when absent or larger than `maxBytes`. Its digest is checked here, not there. */
  read(digest: string, maxBytes: number): Promise<Buffer | undefined> | Buffer | undefined;
  /** A stream of the blob. Rejects or throws when it is not there. */
  open(digest: string): Promise<Readable> | Readable;
}

/** Largest manifest, index or configuration read. */
export const MAX_JSON_BYTES = 8 * 1024 * 1024;
const MAX_LAYERS = 1_000;
const MAX_NESTED_INDEXES = 4;
const MAX_CHOICES = 1_000;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A failed access. */
export const imageError = (
  detail: string,
  code: ImageError['code'] = 'E_SCAN_TARGET',
): Result<never, ImageError> => err({ code, detail });

/** The digest of bytes, as OCI writes it. */
export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Reads a JSON blob by its digest, which must hold. */
export const readByDigest = async (
  blobs: DigestBlobs,
  digest: string,
): Promise<Result<JsonObject, ImageError>> => {
  if (!DIGEST.test(digest)) return imageError(`${digest.slice(0, 80)} is no sha256 digest`);
  const bytes = await blobs.read(digest, MAX_JSON_BYTES);
  if (bytes === undefined)
    return imageError(`${digest} is not there, or larger than ${MAX_JSON_BYTES} bytes`);
  const actual = digestOf(bytes);
  if (actual !== digest) return imageError(`stated ${digest}, is ${actual}`, 'E_IMAGE_DIGEST');
  const value = asObject(parseJson(bytes.toString('utf8')));
  return value === undefined ? imageError(`${digest} is no JSON object`) : ok(value);
};

const compressionOf = (mediaType: string): LayerCompression | undefined => {
  if (mediaType.endsWith('+gzip') || mediaType.endsWith('.gzip')) return 'gzip';
  if (mediaType.endsWith('+zstd') || mediaType.endsWith('.zstd')) return 'zstd';
  return mediaType.endsWith('.tar') ? 'none' : undefined;
};

/** `os/architecture/variant` of a descriptor's platform or of a configuration. */
export const platformOf = (value: JsonObject | undefined): string =>
  [asText(value?.['os'], 64), asText(value?.['architecture'], 64), asText(value?.['variant'], 64)]
    .filter((part) => part !== undefined)
    .join('/');

/** Every image that an index leads to. Attestations, which have no platform of their own, are left out. */
export const choicesOf = async (
  blobs: DigestBlobs,
  index: JsonObject,
  depth = 0,
): Promise<Result<ImageChoice[], ImageError>> => {
  const choices: ImageChoice[] = [];
  for (const descriptor of asList(index['manifests']).map(asObject)) {
    const digest = asText(descriptor?.['digest']);
    const platform = platformOf(asObject(descriptor?.['platform']));
    if (descriptor === undefined || digest === undefined || platform.startsWith('unknown')) continue;
    const mediaType = asText(descriptor['mediaType']) ?? '';
    const isIndex = mediaType.endsWith('.index.v1+json') || mediaType.endsWith('.list.v2+json');
    if (choices.length >= MAX_CHOICES) return imageError(`more than ${MAX_CHOICES} images in an index`);
    if (!isIndex) {
      const name = asText(asObject(descriptor['annotations'])?.['org.opencontainers.image.ref.name']);
      choices.push({ digest, platform, references: name === undefined ? [] : [name] });
      continue;
    }
    if (depth >= MAX_NESTED_INDEXES) return imageError('indexes nested too deep');
    const nested = await readByDigest(blobs, digest);
    if (!nested.ok) return nested;
    const below = await choicesOf(blobs, nested.value, depth + 1);
    if (!below.ok) return below;
    choices.push(...below.value);
  }
  return choices.length === 0 && depth === 0
    ? imageError('the index names no image that can be read')
    : ok(choices);
};

/** What a configuration says, in bounds. */
export const readConfig = (config: JsonObject): ImageConfig => {
  const inner = asObject(config['config']) ?? {};
  const labels = Object.entries(asObject(inner['Labels']) ?? {}).slice(0, 1_000);
  const createdAt = asText(config['created'], 64);
  const user = asText(inner['User'], 256);
  return {
    platform: platformOf(config),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(user === undefined ? {} : { user }),
    environment: asList(inner['Env'])
      .slice(0, 10_000)
      .flatMap((item) => asText(item, 32_768) ?? []),
    labels: Object.fromEntries(
      labels.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    ),
    history: asList(config['history'])
      .slice(0, 10_000)
      .map(asObject)
      .filter((step) => step?.['empty_layer'] !== true)
      .map((step) => asText(step?.['created_by'], 4096) ?? ''),
  };
};

/** Digests of the inflated layers, oldest first, as a configuration states them. */
export const diffIdsOf = (config: JsonObject, layers: number): Result<string[], ImageError> => {
  const diffIds = asList(asObject(config['rootfs'])?.['diff_ids']);
  if (diffIds.length !== layers)
    return imageError(`the manifest has ${layers} layers, the configuration ${diffIds.length}`);
  const texts = diffIds.flatMap((item) => asText(item, 100) ?? []);
  return texts.length === layers && texts.every((text) => DIGEST.test(text))
    ? ok(texts)
    : imageError('a diff id is no sha256 digest');
};

/** Reads the manifest of a choice and its configuration: the plan of one image. */
export const planOf = async (
  blobs: DigestBlobs,
  choice: ImageChoice,
): Promise<Result<ImagePlan, ImageError>> => {
  const manifest = await readByDigest(blobs, choice.digest);
  if (!manifest.ok) return manifest;
  const descriptors = asList(manifest.value['layers']);
  if (!Array.isArray(manifest.value['layers']))
    return imageError('the manifest is of a kind that is not read here');
  if (descriptors.length > MAX_LAYERS) return imageError(`more than ${MAX_LAYERS} layers`);
  const config = await readByDigest(blobs, asText(asObject(manifest.value['config'])?.['digest']) ?? '');
  if (!config.ok) return config;
  const diffIds = diffIdsOf(config.value, descriptors.length);
  if (!diffIds.ok) return diffIds;
  const layers: LayerSource[] = [];
  for (const [at, diffId] of diffIds.value.entries()) {
    const descriptor = asObject(descriptors[at]);
    const digest = asText(descriptor?.['digest']) ?? '';
    const compression = compressionOf(asText(descriptor?.['mediaType']) ?? '');
    if (!DIGEST.test(digest) || compression === undefined)
      return imageError(`layer ${at + 1} is of a kind that is not read here`);
    layers.push({ digest, diffId, compression, open: () => blobs.open(digest) });
  }
  return ok({ digest: choice.digest, config: readConfig(config.value), document: config.value, layers });
};
