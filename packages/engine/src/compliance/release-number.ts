// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Versions of Kubernetes, Docker and their like, as far as they order benchmarks and defaults. */
export interface ReleaseNumber {
  readonly major: number;
  readonly minor: number;
}

/** `v1.33.1+k3s1`, `1.28`, `20.10.24+dfsg1`: major and minor; undefined for anything else. */
export function readRelease(text: string): ReleaseNumber | undefined {
  const found = /^v?(\d{1,4})\.(\d{1,4})(?:\D|$)/.exec(text);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

/** Negative when `one` is older. */
export const compareReleases = (one: ReleaseNumber, two: ReleaseNumber): number =>
  one.major - two.major || one.minor - two.minor;
