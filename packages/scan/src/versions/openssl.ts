// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareText, type Ordering } from './scheme.ts';
import { compareSemver } from './semver.ts';

/**
 * Splits a release of OpenSSL before 3.0: three numbers and letters that count on from `a` to `z`, then `za`
 * (OpenSSL release strategy, "Versioning"). What follows a dash is a pre-release; builds append `-fips`.
 */
const split = (version: string): { core: string; letters: string } | undefined => {
  const found = /^v?([01]\.\d+\.\d+)([a-z]{0,4})((?:-.*)?)$/.exec(
    bounded(version.trim().toLowerCase()).replace(/-fips\b/, ''),
  );
  return found === null ? undefined : { core: `${found[1]}${found[3]}`, letters: found[2] ?? '' };
};

/** Order of OpenSSL's own releases: letters before 3.0, semantic versions since. A longer run of letters is newer. */
export const compareOpenssl = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = split(left) ?? { core: left, letters: '' };
  const b = split(right) ?? { core: right, letters: '' };
  return (
    compareSemver(a.core, b.core) || a.letters.length - b.letters.length || compareText(a.letters, b.letters)
  );
};
