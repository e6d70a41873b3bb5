// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Image, ImageSignature, Registry } from '@bartizan/contracts';
import { imageReference } from '@bartizan/engine/admission';

/** Verdicts that are kept of one image: those of repositories that were looked at last. */
const VERDICTS_MAX = 32;

/** What a registry judges signatures by; with another one its verdicts say nothing. */
export const judgeRevision = ({
  host,
  signingKeys = [],
  signaturePolicy,
}: Pick<Registry, 'host' | 'signingKeys' | 'signaturePolicy'>): string =>
  createHash('sha256')
    .update(JSON.stringify([host, signingKeys, signaturePolicy ?? null]))
    .digest('hex')
    .slice(0, 32);

/** A repository as references name it: `nginx` of Docker Hub is `library/nginx`. */
export const repositoryAt = ({ host }: Pick<Registry, 'host'>, repository: string): string =>
  imageReference(`${host}/${repository}`).repository;

/** What a registry said of an image in a repository, by what it judges by now; undefined: it has not looked since. */
export function verdictBy(
  { signatures = [] }: Pick<Image, 'signatures'>,
  registry: Pick<Registry, 'id' | 'host' | 'signingKeys' | 'signaturePolicy'>,
  repository: string,
): ImageSignature | undefined {
  const wanted = { registry: registry.id, repository: repositoryAt(registry, repository) };
  const revision = judgeRevision(registry);
  return signatures.find((one) => isSamePlace(one, wanted) && one.revision === revision);
}

/** Indexes of a repository that an image is known to be part of, whatever keys their signatures were judged by. */
export function indexesIn(
  { signatures = [] }: Pick<Image, 'signatures'>,
  registry: Pick<Registry, 'id' | 'host'>,
  repository: string,
): readonly string[] {
  const wanted = { registry: registry.id, repository: repositoryAt(registry, repository) };
  return signatures.find((one) => isSamePlace(one, wanted))?.indexes ?? [];
}

/** What stays of a verdict whose keys are not used any more: where the image was found. Indexes are known only by that. */
export const placeOnly = ({ registry, repository, indexes }: ImageSignature): ImageSignature[] =>
  registry === undefined || repository === undefined || indexes === undefined
    ? []
    : [{ state: 'unknown', signers: [], registry, repository, indexes }];
export const isPlaceOnly = (one: ImageSignature): boolean => !isLookedAt(one) && one.revision === undefined;

type Place = { readonly [K in 'registry' | 'repository']?: string | undefined };
const isSamePlace = (one: Place, other: Place): boolean =>
  one.registry === other.registry && one.repository === other.repository;

const ORDER: readonly ImageSignature['state'][] = ['signed', 'unknown', 'unsigned', 'invalid'];

/** Whether somebody looked: where that failed there is no time, and it is tried again when it is next asked for. */
export const isLookedAt = ({ state, checkedAtMs }: ImageSignature): boolean =>
  state !== 'unknown' || checkedAtMs !== undefined;

/** The worst of some verdicts; undefined: there is none. */
export const worstVerdict = (verdicts: readonly ImageSignature[]): ImageSignature | undefined =>
  verdicts.reduce<ImageSignature | undefined>(
    (worst, one) =>
      worst !== undefined && ORDER.indexOf(worst.state) >= ORDER.indexOf(one.state) ? worst : one,
    undefined,
  );

/**
 * The verdicts of an image with one that comes now: each repository has its own, and the worst is shown. One of which nobody
 * knows the registry (of a version before) is shown until a registry has looked, and counts nowhere.
 */
export function withVerdict(
  known: Pick<Image, 'signature' | 'signatures'> = {},
  now?: ImageSignature,
): Pick<Image, 'signature' | 'signatures'> {
  const before = known.signatures ?? [];
  // Where nobody could look, what the same keys said before holds; by other keys it does not.
  const holds = (one: ImageSignature, verdict: ImageSignature): boolean =>
    isSamePlace(one, verdict) &&
    (one.checkedAtMs ?? 0) > (verdict.checkedAtMs ?? 0) &&
    (isLookedAt(verdict) || one.revision === verdict.revision);
  const isNew = (verdict: ImageSignature): boolean =>
    verdict.registry !== undefined && !before.some((one) => holds(one, verdict));
  const signatures =
    now === undefined || !isNew(now)
      ? before
      : [now, ...before.filter((one) => !isSamePlace(one, now))].slice(0, VERDICTS_MAX);
  const signature = worstVerdict(signatures) ?? now ?? known.signature;
  return {
    ...(signature === undefined ? {} : { signature }),
    ...(signatures.length === 0 ? {} : { signatures }),
  };
}
