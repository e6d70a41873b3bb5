// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CoverageEntry, LocalText, ToldText } from '@bartizan/contracts';
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

const REASONS = {
  feed: {
    en: 'no advisory feed that we read judges these packages',
    ja: 'これらのパッケージを対象とする脆弱性情報の提供元がありません',
  },
  rows: {
    en: 'the advisory pack has no rows of this ecosystem',
    ja: '脆弱性情報パックに、このエコシステムのデータがありません',
  },
  sample: {
    en: 'the advisory pack is a sample: it cannot judge a machine',
    ja: '脆弱性情報パックはサンプルです。マシンの判定には使えません',
  },
  fixes: {
    en: 'the feed names flaws once they are fixed: flaws without a fix are not known',
    ja: '提供元は修正後に脆弱性を公開します。未修正の脆弱性は分かりません',
  },
} as const satisfies Record<string, LocalText>;

const reasonOf = (
  tally: Tally,
  status: PackHeader['ecosystems'][string] | undefined,
): ToldText | undefined => {
  if (tally.notCovered > 0) return REASONS.feed;
  if (status === undefined) return REASONS.rows;
  if (status.completeness === 'sample') return REASONS.sample;
  // What a pack says of its own gaps is in the language of who built it.
  if (status.missing !== undefined) return status.missing.slice(0, 512);
  return status.onlyFixes === true ? REASONS.fixes : undefined;
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
