// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Negative, zero or positive: whether the first version is older than, equal to or newer than the second. */
export type Ordering = number;

/** A total order on version strings. Any string is accepted; a malformed one has a place of its own in the order. */
export type Comparator = (left: string, right: string) => Ordering;

/** The version orders we know: one for each ecosystem that has its own, `generic` for what has none. */
export const VERSION_SCHEMES = [
  'dpkg',
  'rpm',
  'apk',
  'semver',
  'npm',
  'pep440',
  'maven',
  'gem',
  'nuget',
  'composer',
  'go',
  'cran',
  'hackage',
  'conan',
  'openssl',
  'pub',
  'bitnami',
  'generic',
] as const;
export type VersionScheme = (typeof VERSION_SCHEMES)[number];

/** Longest version looked at; what follows is cut, so that hostile text costs a bounded time. */
export const MAX_VERSION_LENGTH = 512;

/** Cuts a version to the length compared. */
export const bounded = (version: string): string =>
  version.length > MAX_VERSION_LENGTH ? version.slice(0, MAX_VERSION_LENGTH) : version;

/** Compares two runs of decimal digits by value, whatever their length. */
export const compareDigits = (left: string, right: string): Ordering => {
  const a = left.replace(/^0+/, '');
  const b = right.replace(/^0+/, '');
  if (a.length !== b.length) return a.length - b.length;
  return compareText(a, b);
};

/** Compares by UTF-16 code unit. */
export const compareText = (left: string, right: string): Ordering =>
  left < right ? -1 : left > right ? 1 : 0;

/** Whether a character code is an ASCII digit. */
export const isDigitCode = (code: number): boolean => code >= 48 && code <= 57;

/** Whether a character code is an ASCII letter. */
export const isLetterCode = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
