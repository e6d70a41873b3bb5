// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';

/** Package managers and ecosystems we can read. */
export const PACKAGE_TYPES = [
  'deb',
  'apk',
  'rpm',
  'alpm',
  'ebuild',
  'opkg',
  'nix',
  'npm',
  'pypi',
  'golang',
  'maven',
  'gem',
  'composer',
  'nuget',
  'cargo',
  'conan',
  'vcpkg',
  'pub',
  'swift',
  'cocoapods',
  'hex',
  'hackage',
  'cran',
  'conda',
  'wordpress',
  'bitnami',
  'snap',
  'flatpak',
  'generic',
  'kernel',
  'model',
] as const;
export type PackageType = (typeof PACKAGE_TYPES)[number];

/** A package as a cataloger found it, before it is matched. */
export interface ScanPackage {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  /** Namespace the advisories are keyed by, for instance `Debian:12` or `npm`; a distribution's own name when none does. */
  readonly ecosystem: string;
  readonly purl: string;
  readonly architecture?: string;
  /** The source package, where advisories are keyed by it (Debian, Ubuntu, Alpine). */
  readonly sourceName?: string;
  readonly sourceVersion?: string;
  /** Module and stream of an rpm, `name:stream`. */
  readonly module?: string;
  /** What it is, where it does not hold the code that its name stands for. */
  readonly role?: NonNullable<Package['role']>;
  /** Who publishes it, where that is known not to be the distribution: its feed says nothing about the package. */
  readonly vendor?: string;
  /** File the facts were read from, inside the tree; nested archives are appended with `!`. */
  readonly location: string;
  /** Image layer that brought it, where known. */
  readonly layer?: string;
  /** CPE 2.3 name that the catalogue declares for the product; never guessed from a name. */
  readonly cpe?: string;
  /** Licences as the package declares them. */
  readonly licenses?: readonly string[];
  /** Name of the distribution package that owns `location`: the distribution's feed judges it then, not the ecosystem's. */
  readonly ownedBy?: string;
  /** Id of the cataloger. */
  readonly foundBy: string;
}

/** What a cataloger returns before ecosystem and ownership are known. */
export type FoundPackage = Omit<ScanPackage, 'ecosystem' | 'ownedBy' | 'layer' | 'foundBy'>;

/** Longest name or version kept; a longer one is refused as malformed. */
const MAX_NAME_LENGTH = 512;

/** Whether a name or version is something a package may have: bounded, and without control characters. */
export const isPlausible = (text: string): boolean => {
  if (text === '' || text.length > MAX_NAME_LENGTH) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 127) return false;
  }
  return true;
};
