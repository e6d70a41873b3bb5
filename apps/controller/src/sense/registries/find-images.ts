// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  isStatementTag,
  type OpenedRegistry,
  RegistryBlobs,
  type RegistryError,
} from '@bartizan/adapters/registry';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type ImageError, openDigestImage } from '@bartizan/scan';

/** What a tag stands for. */
export interface ResolvedTag {
  readonly tag: string;
  /** Digest of the manifest or the index. */
  readonly digest: string;
  readonly isIndex: boolean;
}
/** One image below a tag. */
export interface FoundImage {
  readonly digest: string;
  /** Empty where only the configuration says. */
  readonly platform: string;
}

const INDEX = /\.(?:index|manifest\.list)\.v\d\+json$/;
const CONFIG_BYTES_MAX = 4 * 1024 * 1024;

/** The tags of a repository that may be images: those that hold signatures and the like are left out. */
export async function tagsOf(
  { client }: OpenedRegistry,
  repository: string,
): Promise<Result<readonly string[], RegistryError>> {
  const tags = await client.tags(repository);
  return tags.ok ? ok(tags.value.filter((tag) => !isStatementTag(tag))) : tags;
}

/** What a tag stands for now, without reading it. */
export async function resolveTag(
  { client }: OpenedRegistry,
  repository: string,
  tag: string,
): Promise<Result<ResolvedTag, RegistryError>> {
  const resolved = await client.resolve(repository, tag);
  if (!resolved.ok) return resolved;
  const { digest, mediaType } = resolved.value;
  return ok({ tag, digest, isIndex: INDEX.test(mediaType.split(';')[0] ?? '') });
}

/** The images below a tag: itself, or all that its index leads to. */
export async function imagesBelow(
  { client }: OpenedRegistry,
  repository: string,
  { digest, isIndex, tag }: ResolvedTag,
): Promise<Result<readonly FoundImage[], RegistryError | ImageError>> {
  if (!isIndex) return ok([{ digest, platform: '' }]);
  const opened = await RegistryBlobs.open(client, repository, digest);
  if (!opened.ok) return opened;
  const { blobs } = opened.value;
  return openDigestImage({ label: `${repository}:${tag}`, digest, references: [tag], blobs }).images();
}

/** When an image says it was created, in epoch milliseconds; undefined where it does not say. */
export async function createdAtMs(
  { client }: OpenedRegistry,
  repository: string,
  digest: string,
): Promise<Result<number | undefined, RegistryError>> {
  const manifest = await client.manifest(repository, digest);
  if (!manifest.ok) return manifest;
  const config = configOf(manifest.value.bytes);
  if (config === undefined) return ok(undefined);
  const bytes = await client.smallBlob(repository, config, CONFIG_BYTES_MAX);
  if (!bytes.ok) return bytes;
  try {
    const { created } = JSON.parse(bytes.value.toString('utf8')) as { created?: unknown };
    const atMs = typeof created === 'string' ? Date.parse(created) : Number.NaN;
    return ok(Number.isFinite(atMs) && atMs > 0 ? atMs : undefined);
  } catch (cause) {
    return err(failure('E_REGISTRY_ANSWER', `${repository}: a configuration that is no JSON`, cause));
  }
}

function configOf(manifest: Buffer): string | undefined {
  try {
    const { config } = JSON.parse(manifest.toString('utf8')) as { config?: { digest?: unknown } };
    return typeof config?.digest === 'string' ? config.digest : undefined;
  } catch {
    return undefined;
  }
}
