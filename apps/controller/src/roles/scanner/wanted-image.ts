// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { OpenedRegistry } from '@bartizan/adapters/registry';
import { type Failure, type Image, ok, type Registry, type Result } from '@bartizan/contracts';
import { imageReference } from '@bartizan/engine/admission';
import { isArtifact } from '@bartizan/scan';
import { chooseRepositories, chooseTags } from '../../decide/choose-images.ts';
import { choosePlatforms } from '../../decide/choose-platforms.ts';
import type { ImageIntake, KnownImage } from '../../decide/image-ledger.ts';
import type { ApiFailure, Owner } from '../../ports.ts';
import { imagesBelow, resolveTag } from '../../sense/registries/find-images.ts';
import { entryOf } from './image-entry.ts';

/** An image of a registry, and where it is. */
export interface WantedImage {
  /** It was read to the end: only who signed it may not be known here. */
  readonly isRead: boolean;
  readonly known: KnownImage;
  readonly place: { readonly repository: string; readonly references: string[]; readonly indexes: string[] };
}
/** What a name leads to: images, or something that lies beside one. */
export interface FoundWanted {
  readonly images: readonly WantedImage[];
  /** Digest of what it is about, where the name leads to a signature or another statement. */
  readonly subject?: string;
}
type Wanted = Promise<Result<FoundWanted, Failure | ApiFailure>>;

interface Parts {
  readonly opened: OpenedRegistry;
  readonly intake: ImageIntake;
  readonly platforms: readonly string[];
  readonly owner: Owner;
}

/** Entries of one host that are asked for one image. */
const ENTRIES_MAX = 8;

/**
 * The registries that a reference may be of, whatever either of them is spelt like. A host may have several entries, each
 * with its own credential and keys: first those whose filters choose the image, then those that choose its repository.
 */
export function entriesFor(registries: readonly Registry[], reference: string): readonly Registry[] {
  const { registry: host, repository, tag, digest } = imageReference(reference);
  const rankOf = (one: Registry): number => {
    if (chooseRepositories(one, [repository]).length === 0) return 2;
    const name = tag ?? (digest === undefined ? 'latest' : undefined);
    return name === undefined || chooseTags(one, repository, [name]).length > 0 ? 0 : 1;
  };
  return registries
    .filter((one) => imageReference(`${one.host}/x`).registry === host)
    .map((one) => ({ one, rank: rankOf(one) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, ENTRIES_MAX)
    .map(({ one }) => one);
}

/** Where a reference leads in its registry, and what is there. */
async function resolve(reference: string, { opened, platforms }: Parts) {
  const { repository, tag = 'latest', digest } = imageReference(reference);
  const resolved = await resolveTag(opened, repository, digest ?? tag);
  if (!resolved.ok) return resolved;
  const below = await imagesBelow(opened, repository, resolved.value);
  if (!below.ok) return below;
  // A digest beside a tag is what runs: the tag may lead elsewhere by now.
  const name = `${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
  const indexes = resolved.value.isIndex ? [resolved.value.digest] : [];
  return ok({ repository, name, indexes, images: choosePlatforms(platforms, below.value) });
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The subject of a manifest that is no image: '' where it names none, undefined where it is an image. */
async function subjectOf(
  { client }: OpenedRegistry,
  repository: string,
  digest: string,
): Promise<Result<string | undefined, Failure>> {
  const manifest = await client.manifest(repository, digest);
  if (!manifest.ok) return manifest;
  const { bytes } = manifest.value;
  if (!isArtifact(bytes)) return ok(undefined);
  const { subject } = JSON.parse(bytes.toString('utf8')) as { subject?: { digest?: unknown } | null };
  const about = subject?.digest;
  return ok(typeof about === 'string' && DIGEST.test(about) && about !== digest ? about : '');
}

/**
 * What a reference of a pod leads to in its registry: one image, or one for each platform below an index. What is known
 * already gets the name, and what a tag led to before loses it; what is not known is entered as queued, to be read.
 */
export async function findWanted(registry: Registry, reference: string, parts: Parts): Wanted {
  const { opened, intake, owner } = parts;
  const resolved = await resolve(reference, parts);
  if (!resolved.ok) return resolved;
  const { repository, indexes, images } = resolved.value;
  const name = `${registry.host}/${resolved.value.name}`;
  const found: WantedImage[] = [];
  for (const { digest: one, platform } of images) {
    const known = await intake.known(owner, one);
    if (!known.ok) return known;
    const isRead = known.value?.isComplete === true;
    if (!isRead && indexes.length === 0) {
      // A record of something that is no image would wait to be read for ever.
      const subject = await subjectOf(opened, repository, one);
      if (!subject.ok) return subject;
      if (subject.value !== undefined) return ok({ images: [], subject: subject.value });
    }
    const image: Image = entryOf(registry, { digest: one, platform, references: [name] }, known.value?.image);
    const scan = isRead ? known.value?.image.scan : undefined;
    const marked = await intake.mark(owner, one, scan ?? { state: 'queued', reasons: [] }, image);
    if (!marked.ok) return marked;
    found.push({
      isRead,
      known: { ...known.value, image: { ...known.value?.image, ...image }, isComplete: isRead },
      place: { repository, references: [name], indexes },
    });
  }
  if (imageReference(reference).digest === undefined) {
    const digests = found.map(({ known }) => known.image.digest);
    const settled = await intake.settle(owner, name, digests);
    if (!settled.ok) return settled;
  }
  return ok({ images: found });
}

/** The images that were read and that something lies beside now; nothing is entered. */
export async function findKnown(reference: string, parts: Parts): Wanted {
  const { opened, intake, owner } = parts;
  const resolved = await resolve(reference, parts);
  if (!resolved.ok) return resolved;
  const { repository, indexes, images } = resolved.value;
  const found: WantedImage[] = [];
  for (const { digest } of images) {
    const known = await intake.known(owner, digest);
    if (!known.ok) return known;
    if (known.value?.isComplete === true)
      found.push({ isRead: true, known: known.value, place: { repository, references: [], indexes } });
  }
  const [only] = images;
  if (found.length > 0 || indexes.length > 0 || only === undefined) return ok({ images: found });
  const subject = await subjectOf(opened, repository, only.digest);
  if (!subject.ok) return subject;
  return ok({ images: [], ...(subject.value === undefined ? {} : { subject: subject.value }) });
}
