// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Ordering } from './scheme.ts';
import { compareSemver } from './semver.ts';

/** Go's own releases are written `go1.22rc1`, and toolchains append what they were built with. */
const normalize = (version: string): string =>
  version
    .trim()
    .replace(/^go(?=\d)/, '')
    .replace(/[ \t].*$/, '')
    .replace(/^(\d+(?:\.\d+)*)(rc|beta|alpha)(\d+)/, '$1-$2.$3');

/**
 * Order of Go module versions: semantic versions, pseudo-versions included (their date is a pre-release identifier),
 * and the releases of Go itself.
 */
export const compareGo = (left: string, right: string): Ordering =>
  compareSemver(normalize(left), normalize(right));
