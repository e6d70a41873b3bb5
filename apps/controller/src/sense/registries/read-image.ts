// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ANONYMOUS,
  RegistryBlobs,
  RegistryClient,
  RegistryFault,
  staticCredential,
} from '@bartizan/adapters/registry';
import {
  catalogTree,
  type DigestBlobs,
  type Distribution,
  FileLayerCache,
  isArtifact,
  type OpenedImage,
  openDigestImage,
  openImageFrom,
  packagesOf,
} from '@bartizan/scan';
import type { ImageAnswer, ImageRequest, ReadImage, ReadLayer } from './image-messages.ts';

const REASONS_MAX = 64;
const LABELS_MAX = 200;

/** Reads one image of a registry in the calling thread: streamed, nothing written but the facts of its layers. */
export async function readImage(request: ImageRequest): Promise<ImageAnswer> {
  try {
    const { host, credential, ...how } = request.registry;
    const credentials = credential === undefined ? ANONYMOUS : staticCredential(host, credential);
    const client = await RegistryClient.open({ ...how, host, credentials, limits: request.transport });
    const opened = await RegistryBlobs.open(client, request.repository, request.digest);
    if (!opened.ok) return { kind: 'failed', ...opened.error };
    const { blobs, root } = opened.value;
    const answer = isArtifact(root.bytes)
      ? ({ kind: 'artifact' } as const)
      : await readFrom(request, blobs, root.bytes);
    const { fault } = blobs;
    // Bytes other than their digest says are no gap in an image: somebody changed it, and nothing of it counts.
    const counts = fault !== undefined && (fault.code === 'E_REGISTRY_DIGEST' || answer.kind === 'failed');
    return counts ? { kind: 'failed', ...fault } : answer;
  } catch (error) {
    if (error instanceof RegistryFault) return { kind: 'failed', ...error.error };
    throw error;
  }
}

async function readFrom(request: ImageRequest, blobs: DigestBlobs, manifest: Buffer): Promise<ImageAnswer> {
  const { digest, reference, limits, layerCache } = request;
  // Manifest and configuration are looked at more than once, and asked for once.
  const small = new Map<string, Buffer>();
  const once: DigestBlobs = {
    read: async (asked, most) => {
      const bytes = small.get(asked) ?? (await blobs.read(asked, most));
      if (bytes !== undefined) small.set(asked, bytes);
      return bytes;
    },
    open: (asked) => blobs.open(asked),
  };
  const source = openDigestImage({ label: reference, digest, references: [reference], blobs: once });
  const image = await openImageFrom(source, limits, {
    cache: new FileLayerCache(layerCache.folder, layerCache.maxBytes),
  });
  if (!image.ok) return { kind: 'failed', ...image.error };
  try {
    return { kind: 'image', image: catalogued(request, image.value, manifest) };
  } finally {
    image.value.tree.close();
  }
}

function catalogued({ limits }: ImageRequest, opened: OpenedImage, manifest: Buffer): ReadImage {
  const catalog = catalogTree({ tree: opened.tree, limits, now: Date.now });
  const { config } = opened;
  return {
    digest: opened.digest,
    platform: opened.platform,
    ...(config.createdAt === undefined ? {} : { createdAt: config.createdAt }),
    labels: Object.fromEntries(Object.entries(config.labels).slice(0, LABELS_MAX)),
    layers: layersOf(opened, manifest),
    cachedLayers: opened.cachedLayers,
    packages: packagesOf(catalog),
    distribution: nameOf(catalog.distribution),
    incomplete: [...opened.problems, ...catalog.problems]
      .slice(0, REASONS_MAX)
      .map(({ code, path, detail }) => `${code} ${path}: ${detail}`.slice(0, 512)),
  };
}

const nameOf = ({ id, versionId }: Distribution): string =>
  id === 'unknown' ? '' : `${id} ${versionId}`.trim();

/** The layers with what the manifest says of how they are kept. */
function layersOf({ layers, config }: OpenedImage, manifest: Buffer): ReadLayer[] {
  const { layers: stored } = JSON.parse(manifest.toString('utf8')) as {
    layers: readonly { digest?: unknown; size?: unknown }[];
  };
  return layers.map((diffId, at) => {
    const { digest, size } = stored[at] ?? {};
    const command = config.history[at];
    return {
      diffId,
      ...(typeof digest === 'string' ? { digest } : {}),
      ...(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? { sizeBytes: size } : {}),
      ...(command === undefined || command === '' ? {} : { command: command.slice(0, 4096) }),
    };
  });
}
