// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { compareDigits, type Ordering } from './scheme.ts';
import { compareSemver } from './semver.ts';

/** Bitnami appends the number of its own rebuild to the version of the application: `1.26.2-3`. */
const split = (version: string): { application: string; revision: string } => {
  const found = /^(.*\d)-(\d{1,6})$/.exec(version.trim());
  return found === null
    ? { application: version, revision: '0' }
    : { application: found[1] ?? '', revision: found[2] ?? '0' };
};

/** Order of Bitnami's packages: semantic versions with a revision that is newer than none, not a pre-release. */
export const compareBitnami = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = split(left);
  const b = split(right);
  return compareSemver(a.application, b.application) || compareDigits(a.revision, b.revision);
};
