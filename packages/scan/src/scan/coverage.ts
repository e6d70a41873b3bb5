// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CoverageEntry } from '@bartizan/contracts';
import type { PackHeader } from '../advisories/pack-format.ts';
import type { PackageVerdict } from '../matchers/model.ts';

interface Tally {
  packages: number;
  notCovered: number;
  noData: number;
  owned: number;
}

const stateOf = (tally: Tally, completeness: string | undefined): CoverageEntry['state'] => {
  const judged = tally.packages - tally.owned;
  if (tally.notCovered > 0) return 'not-covered';
  if (judged > 0 && tally.noData === judged) return 'no-data';
  return tally.noData > 0 || completeness !== 'complete' ? 'partial' : 'covered';
};

const reasonOf = (tally: Tally, status: PackHeader['ecosystems'][string] | undefined): string | undefined => {
  if (tally.notCovered > 0) return 'no advisory feed that we read judges these packages';
  if (status === undefined) return 'the advisory pack has no rows of this ecosystem';
  if (status.completeness === 'sample') return 'the advisory pack is a sample: it cannot judge a machine';
  if (status.missing !== undefined) return status.missing.slice(0, 512);
  return status.onlyFixes === true
    ? 'the feed names flaws once they are fixed: flaws without a fix are not known'
    : undefined;
};

/** Says, for each ecosystem that was found, whether the pack could judge it at all. */
export const coverageOf = (verdicts: readonly PackageVerdict[], header: PackHeader): CoverageEntry[] => {
  const tallies = new Map<string, Tally>();
  for (const { package: found, assessment } of verdicts) {
    const tally = tallies.get(found.ecosystem) ?? { packages: 0, notCovered: 0, noData: 0, owned: 0 };
    tally.packages += 1;
    if (assessment === 'not-covered') tally.notCovered += 1;
    if (assessment === 'no-data') tally.noData += 1;
    if (assessment === 'owned-by-distribution') tally.owned += 1;
    tallies.set(found.ecosystem, tally);
  }
  return [...tallies]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([ecosystem, tally]) => {
      const status = header.ecosystems[ecosystem];
      const reason = reasonOf(tally, status);
      return {
        ecosystem,
        state: stateOf(tally, status?.completeness),
        packages: tally.packages,
        withoutData: tally.noData + tally.notCovered,
        ...(status?.newestOn === undefined ? {} : { asOf: status.newestOn }),
        ...(reason === undefined ? {} : { reason }),
      };
    });
};
