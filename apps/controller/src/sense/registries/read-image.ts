// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ANONYMOUS,
  RegistryBlobs,
  RegistryClient,
  RegistryFault,
  staticCredential,
} from '@bartizan/adapters/registry';
import { distinctTexts, InvariantError, type LocalText } from '@bartizan/contracts';
import {
  catalogTree,
  compileFileSignatures,
  compileSecretRules,
  type DigestBlobs,
  type Distribution,
  FileLayerCache,
  ImageSearch,
  isArtifact,
  KnownFileSet,
  type OpenedImage,
  openDigestImage,
  openImageFrom,
  packagesOf,
  problemLine,
} from '@bartizan/scan';
import type { ImageAnswer, ImageRequest, ReadImage, ReadLayer, SearchRequest } from './image-messages.ts';

const REASONS_MAX = 64;
const LABELS_MAX = 200;
/** Findings that go from one image into the store; how many more there are is said. */
const FINDINGS_MAX = 5000;

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
  const search = request.search === undefined ? undefined : searchOf(request.search);
  const source = openDigestImage({ label: reference, digest, references: [reference], blobs: once });
  const image = await openImageFrom(source, limits, {
    cache: new FileLayerCache(layerCache.folder, layerCache.maxBytes),
    consumers: search?.consumers ?? [],
  });
  if (!image.ok) return { kind: 'failed', ...image.error };
  try {
    return {
      kind: 'image',
      image: searched(catalogued(request, image.value, manifest), image.value, search),
    };
  } finally {
    image.value.tree.close();
  }
}

/** A search as one request wants it. */
interface Search {
  readonly consumers: ImageSearch['consumers'];
  readonly redact: (text: string) => string;
  readonly finish: (opened: OpenedImage) => ReturnType<ImageSearch['finish']>;
}

/** The controller compiled the same rules when it started: a set that does not compile is a bug, and ends the thread. */
function searchOf({ rules, hashKey, cluster, tenant, subject }: SearchRequest): Search {
  const set = compileSecretRules(rules.secrets);
  const signatures = compileFileSignatures(rules.signatures);
  if (!set.ok) throw new InvariantError(set.error.detail);
  if (!signatures.ok) throw new InvariantError(signatures.error.detail);
  const known = new KnownFileSet();
  for (const { sha256, name } of rules.known) known.add(sha256, name);
  const search = new ImageSearch({
    secrets: { set: set.value, hashKey },
    hygiene: { signatures: signatures.value, known },
    now: Date.now,
  });
  return {
    consumers: search.consumers,
    redact: (text) => search.redact(text),
    finish: (opened) => search.finish(opened, { cluster, tenant, subject, nowMs: Date.now() }),
  };
}

const moreFindings = (findings: number): LocalText => ({
  en: `${findings} more findings are not kept`,
  ja: `ほかに ${findings} 件の検出事項がありますが、記録していません`,
});

/** The image with what searching its files found; a search that was cut short leaves the whole image incomplete. */
function searched(image: ReadImage, opened: OpenedImage, search: Search | undefined): ReadImage {
  if (search === undefined) return image;
  const { secrets, hygiene } = search.finish(opened);
  const all = [...(hygiene?.harmful ?? []), ...(secrets?.findings ?? [])];
  const problems = [...(secrets?.report.incomplete ?? []), ...(hygiene?.problems ?? [])].map(problemLine);
  if (all.length > FINDINGS_MAX) problems.push(moreFindings(all.length - FINDINGS_MAX));
  return {
    ...image,
    ...redacted(image, search),
    incomplete: distinctTexts([...image.incomplete, ...problems]).slice(0, REASONS_MAX),
    found: {
      findings: all.slice(0, FINDINGS_MAX),
      facts: hygiene?.facts ?? {},
      unknown: hygiene?.unknown ?? {},
    },
  };
}

/** Labels and build steps often hold a token: what is shown of them is shown without it. */
function redacted({ labels, layers }: ReadImage, { redact }: Search): Pick<ReadImage, 'labels' | 'layers'> {
  const shown = Object.entries(labels).map(([name, value]) => [redact(name), redact(value)] as const);
  return {
    labels: Object.fromEntries(shown),
    layers: layers.map(({ command, ...layer }) => ({
      ...layer,
      ...(command === undefined ? {} : { command: redact(command) }),
    })),
  };
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
    incomplete: [...opened.problems, ...catalog.problems].slice(0, REASONS_MAX).map(problemLine),
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
      ...(command === undefined || command === '' ? {} : { command }),
    };
  });
}
