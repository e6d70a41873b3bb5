// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Ordering } from './scheme.ts';
import { compareSemver } from './semver.ts';

/**
 * Order of NuGet versions (NuGet documentation, "Package versioning"): semantic versions with a fourth number where the
 * case of pre-release words does not count.
 */
export const compareNuget = (left: string, right: string): Ordering =>
  compareSemver(left.toLowerCase(), right.toLowerCase());
