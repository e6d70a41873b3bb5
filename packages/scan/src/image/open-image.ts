// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import type { ScanLimits } from '../catalogers/cataloger.ts';
import { type ScanProblem, type ScanProblemCode, scanProblem } from '../catalogers/problem.ts';
import type { JsonObject } from '../json/fields.ts';
import { LayerLicences } from '../licences/layer-licences.ts';
import type { MemoryTree } from '../tree/memory-tree.ts';
import { openArchiveBlobs, openFolderBlobs } from './blobs.ts';
import { openDockerArchive } from './docker-archive.ts';
import {
  type ImageChoice,
  type ImageConfig,
  type ImageError,
  type ImagePlan,
  type ImageSource,
  isForPlatform,
  type LayerSource,
  OWN_PLATFORM,
} from './image-source.ts';
import { type LayerCache, layerKey } from './layer-cache.ts';
import { decodeNotes, encodeNotes, type LayerConsumer, notesKey } from './layer-consumer.ts';
import type { LayerBudget } from './layer-context.ts';
import { decodeFacts, encodeFacts, isComplete, type LayerFacts } from './layer-facts.ts';
import { imageError, MAX_JSON_BYTES } from './manifest.ts';
import { LayerMerge } from './merge-layers.ts';
import { openOciLayout } from './oci-layout.ts';
import { type LayerError, readLayer } from './read-layer.ts';

/** An image whose layers were merged. */
export interface OpenedImage {
  readonly tree: MemoryTree;
  /** Digest of the manifest, or of the configuration where there is no manifest. */
  readonly digest: string;
  readonly platform: string;
  readonly references: readonly string[];
  readonly config: ImageConfig;
  /** The configuration as it is stated: hostile until proven. */
  readonly document: JsonObject;
  /** Diff ids, oldest first. */
  readonly layers: readonly string[];
  /** Layers that were not read because their facts were kept from an earlier scan. */
  readonly cachedLayers: number;
  /** Why the tree is not all of the image. */
  readonly problems: readonly ScanProblem[];
}

/** How to open an image. */
export interface ImageOptions {
  /** `os/architecture[/variant]`; this machine's, or else the first, when absent: what is left out is said then. */
  readonly platform?: string;
  readonly cache?: LayerCache;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
  /** Others that look at each file of each layer in the same pass. */
  readonly consumers?: readonly LayerConsumer[];
  /** Bytes that all layers together may inflate to. */
  readonly inflatedBytes?: number;
}

const MAX_INFLATED_BYTES = 32 * 1024 * 1024 * 1024;
const MAX_KEPT_BYTES = 512 * 1024 * 1024;
/** A million names were measured to cost 560 MB of heap; the largest images we know have half of this. */
const MAX_ENTRIES = 600_000;
const MAX_PROBLEMS = 200;

/** Opens what lies at a path as a source of images: an OCI layout (folder or tar) or a docker archive. */
export const openImageSource = async (path: string): Promise<Result<ImageSource, ImageError>> => {
  try {
    const blobs = statSync(path).isDirectory() ? openFolderBlobs(path) : await openArchiveBlobs(path);
    if (blobs.read('oci-layout', MAX_JSON_BYTES) !== undefined) return ok(openOciLayout(path, blobs));
    const manifest = blobs.read('manifest.json', MAX_JSON_BYTES);
    if (manifest !== undefined) return ok(openDockerArchive(path, blobs, manifest));
    blobs.close();
    return imageError('neither an OCI layout nor a docker archive');
  } catch (cause) {
    return imageError(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`);
  }
};

const choose = (
  choices: readonly ImageChoice[],
  platform: string | undefined,
): Result<ImageChoice, ImageError> => {
  const found = choices.find((choice) => isForPlatform(choice, platform ?? OWN_PLATFORM));
  if (found !== undefined) return ok(found);
  const [first] = choices;
  return platform === undefined && first !== undefined
    ? ok(first)
    : imageError(
        `no image for ${platform ?? OWN_PLATFORM}; there are: ${choices.map((choice) => choice.platform).join(', ')}`,
        'E_IMAGE_PLATFORM',
      );
};

const CODES: Readonly<Record<LayerError['code'], ScanProblemCode>> = {
  missing: 'scan.unreadable',
  malformed: 'scan.malformed',
  'digest-mismatch': 'scan.malformed',
  'too-large': 'scan.limit',
  timeout: 'scan.timeout',
};

const LAYER_JA: Readonly<Record<LayerError['code'], string>> = {
  missing: '見つかりません',
  malformed: '壊れているため、最後まで読み取れません',
  'digest-mismatch': 'ダイジェストが一致しません',
  'too-large': '大きさの上限を超えています',
  timeout: '時間切れのため、読み取りを中止しました',
};

interface Reading {
  readonly limits: ScanLimits;
  readonly now: () => number;
  readonly budget: LayerBudget;
  readonly cache: LayerCache | undefined;
  readonly consumers: readonly LayerConsumer[];
}

const recall = (layer: LayerSource, key: string, cache: LayerCache | undefined): LayerFacts | undefined => {
  const bytes = cache?.get(key);
  try {
    return bytes === undefined ? undefined : decodeFacts(bytes, layer.diffId);
  } catch {
    // Whatever the cache holds, the layer itself is still there to read.
    return undefined;
  }
};

/** Lets a consumer take over its notes of a layer from the cache; false when there are none. */
const recallNotes = (
  layer: LayerSource,
  key: string,
  more: { readonly consumer: LayerConsumer; readonly cache: LayerCache | undefined },
): boolean => {
  const bytes = more.cache?.get(notesKey(key, more.consumer));
  try {
    const known = bytes === undefined ? undefined : decodeNotes(bytes, layer.diffId);
    return known !== undefined && more.consumer.take(layer.diffId, known.notes);
  } catch {
    return false;
  }
};

/** Reads a layer, and keeps what may be kept: only what was read to its end and cut short by nothing. */
const readAnew = async (
  layer: LayerSource,
  key: string,
  more: { readonly reading: Reading; readonly consumers: readonly LayerConsumer[] },
): Promise<Result<LayerFacts, LayerError>> => {
  const { reading, consumers } = more;
  const begun = consumers.map((consumer) => ({ consumer, pass: consumer.begin(layer.diffId) }));
  const read = await readLayer(layer, { ...reading, passes: begun.map(({ pass }) => pass) });
  if (!read.ok) return read;
  const isKept = reading.cache !== undefined && isComplete(read.value);
  for (const { consumer, pass } of begun) {
    const { notes, isComplete: isWhole } = pass.finish();
    consumer.take(layer.diffId, notes);
    // What the layer's own facts lack, nobody saw: notes are kept only where the facts are.
    const bytes = isKept && isWhole ? encodeNotes(layer.diffId, notes) : undefined;
    if (bytes !== undefined) reading.cache?.put(notesKey(key, consumer), bytes);
  }
  if (isKept) {
    const bytes = encodeFacts(read.value);
    if (bytes !== undefined) reading.cache?.put(key, bytes);
  }
  return read;
};

/** The facts of a layer, from the cache or from the layer, which is read once for all that want to see it. */
const factsOf = async (
  layer: LayerSource,
  reading: Reading,
): Promise<Result<{ facts: LayerFacts; isCached: boolean }, LayerError>> => {
  const key = layerKey(layer, reading.limits);
  const known = recall(layer, key, reading.cache);
  const consumers = reading.consumers.filter(
    (consumer) => !recallNotes(layer, key, { consumer, cache: reading.cache }),
  );
  if (known !== undefined && consumers.length === 0) return ok({ facts: known, isCached: true });
  const read = await readAnew(layer, key, { reading, consumers });
  return read.ok ? ok({ facts: read.value, isCached: false }) : read;
};

const mergePlan = async (
  label: string,
  plan: ImagePlan,
  reading: Reading,
): Promise<Result<{ merge: LayerMerge; problems: ScanProblem[]; cachedLayers: number }, ImageError>> => {
  const problems: ScanProblem[] = [];
  const problem = (one: ScanProblem): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(one);
  };
  const merge = new LayerMerge(label, reading.limits, problem);
  let cachedLayers = 0;
  for (const [at, layer] of plan.layers.entries()) {
    const read = await factsOf(layer, reading);
    if (read.ok) {
      merge.apply(read.value.facts);
      cachedLayers += read.value.isCached ? 1 : 0;
      continue;
    }
    const detail = `layer ${at + 1}: ${read.error.detail}`;
    // A layer with other bytes than its digest is somebody else's: no part of such an image can be believed.
    if (read.error.code === 'digest-mismatch') return imageError(detail, 'E_IMAGE_DIGEST');
    if (read.error.code === 'missing') return imageError(detail);
    problem(
      scanProblem(CODES[read.error.code], '/', {
        en: detail,
        ja: `レイヤー ${at + 1}：${LAYER_JA[read.error.code]}`,
      }),
    );
  }
  return ok({ merge, problems, cachedLayers });
};

/** Opens one image of a source: its layers read in one pass each, and merged. */
export const openImageFrom = async (
  source: ImageSource,
  limits: ScanLimits,
  options: ImageOptions = {},
): Promise<Result<OpenedImage, ImageError>> => {
  const choices = await source.images();
  if (!choices.ok) return choices;
  const chosen = choose(choices.value, options.platform);
  if (!chosen.ok) return chosen;
  const plan = await source.plan(chosen.value);
  if (!plan.ok) return plan;
  const now = options.now ?? Date.now;
  const budget: LayerBudget = {
    inflatedBytes: options.inflatedBytes ?? MAX_INFLATED_BYTES,
    keptBytes: MAX_KEPT_BYTES,
    entries: Math.min(limits.entries, MAX_ENTRIES),
    fileBytes: Math.min(limits.archiveBytes, MAX_KEPT_BYTES),
    deadlineMs: now() + limits.timeMs,
  };
  const licences = new LayerLicences();
  const merged = await mergePlan(source.label, plan.value, {
    limits,
    now,
    budget,
    cache: options.cache,
    consumers: [licences, ...(options.consumers ?? [])],
  });
  if (!merged.ok) return merged;
  const { merge, problems, cachedLayers } = merged.value;
  merge.tree.setLicences((path, layer) => licences.find(path, layer));
  const others = choices.value.length - 1;
  const note: ScanProblem[] =
    others > 0 && options.platform === undefined
      ? [
          scanProblem('scan.unsupported', '/', {
            en: `${others} other images of the index are not scanned`,
            ja: `インデックスにあるほかのイメージ ${others} 個はスキャンしていません`,
          }),
        ]
      : [];
  return ok({
    tree: merge.tree,
    digest: plan.value.digest,
    platform: chosen.value.platform === '' ? plan.value.config.platform : chosen.value.platform,
    references: chosen.value.references,
    config: plan.value.config,
    document: plan.value.document,
    layers: plan.value.layers.map((layer) => layer.diffId),
    cachedLayers,
    problems: [...note, ...problems],
  });
};

/** Opens an image at a path: an OCI layout (folder or tar) or a docker archive. Nothing is written to disk, and no network is asked. */
export const openImage = async (
  path: string,
  limits: ScanLimits,
  options: ImageOptions = {},
): Promise<Result<OpenedImage, ImageError>> => {
  const source = await openImageSource(path);
  if (!source.ok) return source;
  try {
    return await openImageFrom(source.value, limits, options);
  } catch (cause) {
    return err({
      code: 'E_SCAN_TARGET',
      detail: `${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`,
    });
  } finally {
    source.value.close();
  }
};
