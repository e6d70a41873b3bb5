// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { compareApk } from './apk.ts';
import { compareBitnami } from './bitnami.ts';
import { compareComposer } from './composer.ts';
import { compareConan } from './conan.ts';
import { compareDpkg } from './dpkg.ts';
import { compareGem } from './gem.ts';
import { compareGeneric } from './generic.ts';
import { compareGo } from './go.ts';
import { headFirst, plainFirst } from './head.ts';
import { compareMaven } from './maven.ts';
import { compareNuget } from './nuget.ts';
import { compareCran, compareHackage } from './number-list.ts';
import { compareOpenssl } from './openssl.ts';
import { comparePep440 } from './pep440.ts';
import { comparePub } from './pub.ts';
import { compareRpm } from './rpm.ts';
import type { Comparator, Ordering, VersionScheme } from './scheme.ts';
import { compareSemver } from './semver.ts';

/** One comparator per scheme. Closed: the compiler asks for one for each name in `VersionScheme`. */
export const COMPARATORS: Readonly<Record<VersionScheme, Comparator>> = {
  dpkg: headFirst(compareDpkg),
  rpm: headFirst(compareRpm),
  apk: headFirst(compareApk),
  semver: headFirst(compareSemver),
  npm: headFirst(compareSemver),
  pep440: plainFirst(comparePep440),
  maven: plainFirst(compareMaven),
  gem: plainFirst(compareGem),
  nuget: plainFirst(compareNuget),
  composer: plainFirst(compareComposer),
  go: headFirst(compareGo),
  cran: plainFirst(compareCran),
  hackage: plainFirst(compareHackage),
  conan: plainFirst(compareConan),
  openssl: plainFirst(compareOpenssl),
  pub: plainFirst(comparePub),
  bitnami: plainFirst(compareBitnami),
  generic: plainFirst(compareGeneric),
};

/** Compares two versions in the order of an ecosystem. */
export const compareVersions = (scheme: VersionScheme, left: string, right: string): Ordering =>
  COMPARATORS[scheme](left, right);
