// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import type { Match } from '../matchers/model.ts';

/** An image that others may be built on. */
export interface KnownImage {
  readonly name: string;
  /** Digest of its manifest, where it is known. */
  readonly digest?: string;
  /** Diff ids, oldest first. */
  readonly layers: readonly string[];
}

/** What an image is built on, and how that is known. */
export interface BaseImage {
  /** `label`: the image says so; `layers`: it begins with all layers of a known image; `common`: with some of them. */
  readonly how: 'label' | 'layers' | 'common';
  readonly name?: string;
  readonly digest?: string;
  /** How many layers, from the oldest, are of the base. Undefined: the label names an image that is not known here. */
  readonly layers?: number;
}

/** Who answers for something of an image. */
export type Origin = 'base' | 'own' | 'unknown';

const DIGEST_LABEL = 'org.opencontainers.image.base.digest';
const NAME_LABEL = 'org.opencontainers.image.base.name';
const DIGEST = /^sha256:[0-9a-f]{64}$/;

const commonLayers = (left: readonly string[], right: readonly string[]): number => {
  let common = 0;
  while (common < left.length && left[common] === right[common]) common += 1;
  return common;
};

const named = ({ name, digest }: KnownImage): Pick<BaseImage, 'name' | 'digest'> => ({
  name,
  ...(digest === undefined ? {} : { digest }),
});

/** What the labels say; believed only as far as the layers do not contradict it. */
const byLabel = (
  image: { readonly layers: readonly string[]; readonly labels: Readonly<Record<string, string>> },
  known: readonly KnownImage[],
): BaseImage | undefined => {
  const digest = image.labels[DIGEST_LABEL];
  if (digest === undefined || !DIGEST.test(digest)) return undefined;
  const found = known.find((one) => one.digest === digest);
  const name = image.labels[NAME_LABEL]?.slice(0, 512);
  if (found === undefined) return { how: 'label', digest, ...(name === undefined ? {} : { name }) };
  return commonLayers(image.layers, found.layers) === found.layers.length
    ? { how: 'label', ...named(found), layers: found.layers.length }
    : undefined;
};

/**
 * The base of an image: what its label says, else the known image all of whose layers it begins with, the longest first,
 * else the longest beginning that it shares with one. Undefined when nothing is known.
 */
export const findBase = (
  image: { readonly layers: readonly string[]; readonly labels: Readonly<Record<string, string>> },
  known: readonly KnownImage[],
): BaseImage | undefined => {
  const labelled = byLabel(image, known);
  if (labelled?.layers !== undefined) return labelled;
  const shared = known
    .map((one) => ({ one, common: commonLayers(image.layers, one.layers) }))
    // An image is not its own base, and what is built on it is not either.
    .filter(({ common }) => common > 0 && common < image.layers.length)
    .sort(
      (left, right) =>
        Number(right.common === right.one.layers.length) - Number(left.common === left.one.layers.length) ||
        right.common - left.common,
    );
  const [best] = shared;
  if (best === undefined) return labelled;
  const isWhole = best.common === best.one.layers.length;
  return isWhole || labelled === undefined
    ? { how: isWhole ? 'layers' : 'common', ...named(best.one), layers: best.common }
    : labelled;
};

/** Tells for each layer whether the base brought it. */
export const originOf =
  (base: BaseImage | undefined, layers: readonly string[]): ((layer: string | undefined) => Origin) =>
  (layer) => {
    const at = layer === undefined ? -1 : layers.indexOf(layer);
    if (base?.layers === undefined || at < 0) return 'unknown';
    return at < base.layers ? 'base' : 'own';
  };

/** The packages an image would have on another base: those that its own layers brought, and all of the other base. */
export const rebase = (
  packages: readonly Package[],
  originOfLayer: (layer: string | undefined) => Origin,
  newBase: readonly Package[],
): Package[] => {
  const own = packages.filter(({ layer }) => originOfLayer(layer) !== 'base');
  const taken = new Set(own.map(({ purl }) => purl));
  return [...own, ...newBase.filter(({ purl }) => !taken.has(purl))];
};

/** What changes when an image is built on another base. */
export interface RebaseEffect {
  readonly removed: readonly Match<Package>[];
  readonly added: readonly Match<Package>[];
  readonly kept: number;
}

/** A flaw of a package stays the same flaw when the package has another version that has it too. */
const keyOf = ({ vulnerability, package: found }: Match<Package>): string =>
  [vulnerability.id, found.ecosystem.split(':')[0], found.name].join('\n');

/** Compares findings before and after, both of them matched against the same pack. */
export const compareFindings = (
  before: readonly Match<Package>[],
  after: readonly Match<Package>[],
): RebaseEffect => {
  const was = new Set(before.map(keyOf));
  const is = new Set(after.map(keyOf));
  return {
    removed: before.filter((match) => !is.has(keyOf(match))),
    added: after.filter((match) => !was.has(keyOf(match))),
    kept: before.filter((match) => is.has(keyOf(match))).length,
  };
};
