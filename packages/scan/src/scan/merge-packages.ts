// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import type { ScanPackage } from '../catalogers/package.ts';
import { normalizeName } from '../distribution/namespace.ts';

/** Places kept of one package, as the contract allows: of one that has so many there may be more. */
export const MAX_LOCATIONS = 32;
const MAX_VERSION = 256;
/** Longest package URL that is told. */
export const MAX_PURL = 1024;

/** All that advisories are looked up by: what says one package URL may still be judged under two names. */
const keyOf = (found: ScanPackage): string =>
  [
    found.ecosystem,
    found.purl,
    normalizeName(found.ecosystem, found.name),
    found.version,
    found.ownedBy ?? '',
    found.sourceName ?? '',
    found.sourceVersion ?? '',
  ].join('\n');

/** Joins the same package found at several places, and puts it into the words of the contracts. Sorted, so that the same tree gives the same list. */
export const mergePackages = (found: readonly ScanPackage[]): Package[] => {
  const merged = new Map<string, { first: ScanPackage; locations: string[] }>();
  for (const one of found) {
    const known = merged.get(keyOf(one));
    if (known === undefined) merged.set(keyOf(one), { first: one, locations: [one.location] });
    else if (known.locations.length < MAX_LOCATIONS && !known.locations.includes(one.location))
      known.locations.push(one.location);
  }
  return [...merged.values()]
    .map(
      ({ first, locations }): Package => ({
        name: first.name,
        version: first.version.slice(0, MAX_VERSION),
        ecosystem: first.ecosystem,
        purl: first.purl.slice(0, MAX_PURL),
        cataloger: first.foundBy,
        ...(first.sourceName === undefined ? {} : { sourceName: first.sourceName }),
        ...(first.sourceVersion === undefined
          ? {}
          : { sourceVersion: first.sourceVersion.slice(0, MAX_VERSION) }),
        ...(first.architecture === undefined ? {} : { architecture: first.architecture.slice(0, 32) }),
        ...(first.module === undefined ? {} : { module: first.module.slice(0, 256) }),
        ...(first.role === undefined ? {} : { role: first.role }),
        ...(first.ownedBy === undefined ? {} : { ownedBy: first.ownedBy }),
        ...(first.cpe === undefined ? {} : { cpe: first.cpe.slice(0, 256) }),
        ...(first.licenses === undefined ? {} : { licenses: [...first.licenses] }),
        ...(first.layer === undefined ? {} : { layer: first.layer.slice(0, 128) }),
        locations: locations.map((path) => path.slice(0, 4096)).sort(),
      }),
    )
    .sort((a, b) => (a.purl < b.purl ? -1 : a.purl > b.purl ? 1 : 0));
};
