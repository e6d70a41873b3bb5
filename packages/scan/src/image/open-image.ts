// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import type { ScanLimits, ScanProblem } from '../catalogers/cataloger.ts';
import { asList, asObject, asText, type JsonObject, parseJson } from '../json/fields.ts';
import { MemoryTree } from '../tree/memory-tree.ts';
import { type Blobs, openArchiveBlobs, openFolderBlobs } from './blobs.ts';
import { applyLayer, type LayerBudget, type LayerCompression, type LayerSource } from './layer.ts';

/** An image whose layers were merged. */
export interface OpenedImage {
  readonly tree: MemoryTree;
  /** Digest of the manifest, or of the configuration where there is no manifest. */
  readonly digest: string;
  /** Why the tree is not all of the image. */
  readonly problems: readonly ScanProblem[];
}

/** Why a file is no image that we can read. */
export interface ImageError {
  readonly code: 'E_SCAN_TARGET';
  readonly detail: string;
}

const MAX_JSON_BYTES = 8 * 1024 * 1024;
const MAX_LAYERS = 1_000;
const MAX_NESTED_INDEXES = 4;
const DIGEST = /^sha256:([0-9a-f]{64})$/;
const MAX_INFLATED_BYTES = 64 * 1024 * 1024 * 1024;
const MAX_KEPT_BYTES = 1024 * 1024 * 1024;

interface Plan {
  readonly digest: string;
  readonly layers: readonly LayerSource[];
  readonly notes: readonly string[];
}

const fail = (detail: string): Result<never, ImageError> => err({ code: 'E_SCAN_TARGET', detail });

const sha256Of = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Reads a JSON blob by its digest, which must hold. */
const readByDigest = (blobs: Blobs, digest: string): JsonObject | undefined => {
  const hex = DIGEST.exec(digest)?.[1];
  const bytes = hex === undefined ? undefined : blobs.read(`blobs/sha256/${hex}`, MAX_JSON_BYTES);
  return bytes === undefined || sha256Of(bytes) !== digest
    ? undefined
    : asObject(parseJson(bytes.toString('utf8')));
};

const compressionOf = (mediaType: string): LayerCompression | undefined => {
  if (mediaType.endsWith('+gzip') || mediaType.endsWith('.gzip')) return 'gzip';
  if (mediaType.endsWith('+zstd')) return 'zstd';
  return mediaType.endsWith('.tar') ? 'none' : undefined;
};

const platformOf = (descriptor: JsonObject): string => {
  const platform = asObject(descriptor['platform']);
  return platform === undefined
    ? ''
    : `${asText(platform['os']) ?? '?'}/${asText(platform['architecture']) ?? '?'}`;
};

/** Follows an index to the manifest of this machine's platform, or else the first; what is left out is said. */
const findManifest = (
  blobs: Blobs,
  index: JsonObject,
  notes: string[],
): { digest: string; manifest: JsonObject } | undefined => {
  let current = index;
  for (let depth = 0; depth < MAX_NESTED_INDEXES; depth += 1) {
    const descriptors = asList(current['manifests'])
      .map(asObject)
      .filter((item) => item !== undefined);
    const own = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;
    const images = descriptors.filter((descriptor) => platformOf(descriptor) !== 'unknown/unknown');
    const chosen = images.find((descriptor) => platformOf(descriptor) === own) ?? images[0];
    const digest = asText(chosen?.['digest']);
    const manifest = digest === undefined ? undefined : readByDigest(blobs, digest);
    if (digest === undefined || manifest === undefined) return undefined;
    if (images.length > 1) notes.push(`${images.length - 1} other images of the index are not scanned`);
    if (Array.isArray(manifest['layers'])) return { digest, manifest };
    current = manifest;
  }
  return undefined;
};

const planLayout = (blobs: Blobs): Result<Plan, ImageError> => {
  const index = asObject(parseJson(blobs.read('index.json', MAX_JSON_BYTES)?.toString('utf8') ?? ''));
  const notes: string[] = [];
  const found = index === undefined ? undefined : findManifest(blobs, index, notes);
  if (found === undefined) return fail('the OCI layout names no manifest that is there and whole');
  const config = readByDigest(blobs, asText(asObject(found.manifest['config'])?.['digest']) ?? '');
  const diffIds = asList(asObject(config?.['rootfs'])?.['diff_ids']);
  const layers: LayerSource[] = [];
  for (const [at, item] of asList(found.manifest['layers']).entries()) {
    const digest = asText(asObject(item)?.['digest']) ?? '';
    const hex = DIGEST.exec(digest)?.[1];
    const compression = compressionOf(asText(asObject(item)?.['mediaType']) ?? '');
    if (hex === undefined || compression === undefined)
      return fail(`layer ${at + 1} is of a kind that is not read here`);
    const diffId = asText(diffIds[at]);
    layers.push(
      toLayer(blobs, `blobs/sha256/${hex}`, {
        digest,
        compression,
        ...(diffId === undefined ? {} : { diffId }),
      }),
    );
  }
  return ok({ digest: found.digest, layers, notes });
};

const toLayer = (blobs: Blobs, name: string, facts: Omit<LayerSource, 'open'>): LayerSource => ({
  ...facts,
  open: () => {
    const stream = blobs.open(name);
    if (stream === undefined) throw new TypeError(`${name} is not there`);
    return stream;
  },
});

/** `docker save`: manifest.json names the configuration and the layers of each image. */
const planDockerArchive = (blobs: Blobs, manifest: Buffer): Result<Plan, ImageError> => {
  const images = asList(parseJson(manifest.toString('utf8')));
  const image = asObject(images[0]);
  const configBytes = blobs.read(asText(image?.['Config']) ?? '', MAX_JSON_BYTES);
  if (image === undefined || configBytes === undefined)
    return fail('the archive names no image that is there');
  const diffIds = asList(
    asObject(asObject(parseJson(configBytes.toString('utf8')))?.['rootfs'])?.['diff_ids'],
  );
  const layers = asList(image['Layers']).flatMap((item, at): LayerSource[] => {
    const name = asText(item, 4096);
    const diffId = asText(diffIds[at]);
    if (name === undefined) return [];
    return [
      toLayer(blobs, name, { compression: sniff(blobs, name), ...(diffId === undefined ? {} : { diffId }) }),
    ];
  });
  const notes = images.length > 1 ? [`${images.length - 1} other images of the archive are not scanned`] : [];
  return ok({ digest: sha256Of(configBytes), layers, notes });
};

/** Layers of a docker archive are plain as a rule, and compressed when other tools wrote them. */
const sniff = (blobs: Blobs, name: string): LayerCompression => {
  const first = blobs.head(name);
  if (first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  return first.length >= 2 && first.readUInt16BE(0) === 0x1f8b ? 'gzip' : 'none';
};

const merge = async (
  path: string,
  plan: Plan,
  limits: ScanLimits,
): Promise<Result<OpenedImage, ImageError>> => {
  if (plan.layers.length > MAX_LAYERS) return fail(`more than ${MAX_LAYERS} layers`);
  const tree = new MemoryTree(path);
  const problems: ScanProblem[] = plan.notes.map((detail) => ({
    code: 'scan.unsupported',
    path: '/',
    detail,
  }));
  const budget: LayerBudget = {
    inflatedBytes: MAX_INFLATED_BYTES,
    keptBytes: MAX_KEPT_BYTES,
    fileBytes: Math.min(limits.archiveBytes, MAX_KEPT_BYTES),
  };
  const problem = (one: ScanProblem): void => {
    if (problems.length < 200) problems.push(one);
  };
  for (const [at, layer] of plan.layers.entries()) {
    const name = layer.diffId ?? layer.digest ?? `layer ${at + 1}`;
    const applied = await applyLayer(tree, layer, { name, budget, problem });
    if (applied.ok) continue;
    // A layer with other bytes than its digest is somebody else's: no part of such an image can be believed.
    if (applied.error.code === 'digest-mismatch') return fail(`layer ${at + 1}: ${applied.error.detail}`);
    problem({
      code: applied.error.code === 'too-large' ? 'scan.limit' : 'scan.malformed',
      path: '/',
      detail: `layer ${at + 1}: ${applied.error.detail}`,
    });
  }
  return ok({ tree, digest: plan.digest, problems });
};

const plan = (blobs: Blobs): Result<Plan, ImageError> => {
  if (blobs.read('oci-layout', MAX_JSON_BYTES) !== undefined) return planLayout(blobs);
  const manifest = blobs.read('manifest.json', MAX_JSON_BYTES);
  return manifest === undefined
    ? fail('neither an OCI layout nor a docker archive')
    : planDockerArchive(blobs, manifest);
};

/** Opens an image: an OCI layout (folder or tar) or a docker archive. Nothing is written to disk, and no network is asked. */
export const openImage = async (
  path: string,
  limits: ScanLimits,
): Promise<Result<OpenedImage, ImageError>> => {
  let blobs: Blobs | undefined;
  try {
    blobs = statSync(path).isDirectory() ? openFolderBlobs(path) : await openArchiveBlobs(path);
    const planned = plan(blobs);
    return planned.ok ? await merge(path, planned.value, limits) : planned;
  } catch (cause) {
    return fail(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`);
  } finally {
    blobs?.close();
  }
};
