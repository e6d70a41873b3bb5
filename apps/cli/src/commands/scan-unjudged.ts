// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import { isDistributionType, PACKAGE_TYPES, type PackageVerdict } from '@bartizan/scan';
import type { UnjudgedPackages } from '../report/unjudged.ts';

const NO_DATA = 'the advisory pack has no data about them';

/** Whether a distribution's package manager brought it. */
const isOfDistribution = ({ purl }: Package): boolean =>
  PACKAGE_TYPES.some((type) => isDistributionType(type) && purl.startsWith(`pkg:${type}/`));

/**
 * What is unknown of one package; undefined where its advisories were looked at. A gap is what advisories exist for that
 * the pack lacks, and what nobody judges of a distribution: its packages are most of an image. A program that was copied
 * in, an archive without its group and a build from a working copy are in almost every image, and no pack helps there.
 */
function unknownOf({
  package: found,
  assessment,
  reason,
}: PackageVerdict<Package>): Pick<UnjudgedPackages, 'reason' | 'isGap'> | undefined {
  if (assessment === 'no-data') return { reason: reason ?? NO_DATA, isGap: reason === undefined };
  if (assessment !== 'not-covered') return undefined;
  return { reason: reason ?? NO_DATA, isGap: isOfDistribution(found) };
}

/** Packages that the advisories say nothing about, by ecosystem and reason. */
export function unjudgedOf(verdicts: readonly PackageVerdict<Package>[]): readonly UnjudgedPackages[] {
  const counted = new Map<string, UnjudgedPackages>();
  for (const verdict of verdicts) {
    const unknown = unknownOf(verdict);
    if (unknown === undefined) continue;
    const { ecosystem } = verdict.package;
    const key = JSON.stringify([ecosystem, unknown.isGap, unknown.reason]);
    counted.set(key, { ecosystem, ...unknown, packages: (counted.get(key)?.packages ?? 0) + 1 });
  }
  return [...counted].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, one]) => one);
}
