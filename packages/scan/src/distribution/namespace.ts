// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageType } from '../catalogers/package.ts';
import type { VersionScheme } from '../versions/scheme.ts';
import type { Distribution } from './os-release.ts';

const major = (version: string): string => version.split('.')[0] ?? '';
const majorMinor = (version: string): string => version.split('.').slice(0, 2).join('.');

/** SUSE writes `15.5` into os-release, and `15 SP5` everywhere else; from 16 on there are no service packs. */
const servicePack = (version: string): string => version.replace(/^(1[0-5])\.(\d+)$/, '$1 SP$2');

/** Which advisory namespace judges the distribution packages of a product line, as OSV spells it. */
const NAMESPACES: Readonly<Record<string, (distribution: Distribution) => string | undefined>> = {
  debian: ({ versionId }) => (versionId === '' ? undefined : `Debian:${major(versionId)}`),
  ubuntu: ({ versionId }) => (versionId === '' ? undefined : `Ubuntu:${majorMinor(versionId)}`),
  alpine: ({ versionId }) => (versionId === '' ? undefined : `Alpine:v${majorMinor(versionId)}`),
  wolfi: () => 'Wolfi',
  chainguard: () => 'Chainguard',
  almalinux: ({ versionId }) => `AlmaLinux:${major(versionId)}`,
  rocky: ({ versionId }) => `Rocky Linux:${major(versionId)}`,
  rhel: ({ versionId }) => `Red Hat:${major(versionId)}`,
  centos: ({ versionId }) => `Red Hat:${major(versionId)}`,
  ol: ({ versionId }) => `Oracle Linux:${major(versionId)}`,
  amzn: ({ versionId }) => `Amazon Linux:${major(versionId)}`,
  fedora: ({ versionId }) => `Fedora:${major(versionId)}`,
  azurelinux: ({ versionId }) => `Azure Linux:${major(versionId)}`,
  mariner: ({ versionId }) => `CBL-Mariner:${major(versionId)}`,
  'opensuse-leap': ({ versionId }) => `openSUSE:Leap ${versionId}`,
  sles: ({ versionId }) => `SUSE:Linux Enterprise Server ${servicePack(versionId)}`,
  photon: ({ versionId }) => `Photon OS:${versionId}`,
};

const DISTRIBUTION_TYPES: ReadonlySet<PackageType> = new Set(['deb', 'apk', 'rpm', 'alpm', 'ebuild', 'opkg']);

/** Whether packages of this type come from a distribution's package manager. */
export const isDistributionType = (type: PackageType): boolean => DISTRIBUTION_TYPES.has(type);

const LANGUAGE_ECOSYSTEMS: Readonly<Partial<Record<PackageType, string>>> = {
  npm: 'npm',
  pypi: 'PyPI',
  golang: 'Go',
  maven: 'Maven',
  gem: 'RubyGems',
  composer: 'Packagist',
  nuget: 'NuGet',
  cargo: 'crates.io',
  conan: 'ConanCenter',
  pub: 'Pub',
  swift: 'SwiftURL',
  hex: 'Hex',
  hackage: 'Hackage',
  cran: 'CRAN',
  bitnami: 'Bitnami',
};

/**
 * The advisory namespace of a package type on a distribution. Undefined means that no feed judges it: the packages are
 * "not covered". A derived distribution is never judged by its parent's feed: its versions are others.
 */
const namespaceOf = (type: PackageType, distribution: Distribution): string | undefined =>
  isDistributionType(type) ? NAMESPACES[distribution.id]?.(distribution) : LANGUAGE_ECOSYSTEMS[type];

/** Java archives that do not say their Maven group: advisories are keyed by it, so nothing can judge them. */
const MAVEN_WITHOUT_GROUP = 'Maven (group unknown)';

/**
 * The ecosystem a package is listed under: its advisory namespace, or, where no feed judges it, the name of the
 * distribution itself, which no pack has rows for.
 */
export const ecosystemOf = (type: PackageType, name: string, distribution: Distribution): string => {
  if (type === 'maven' && !name.includes(':')) return MAVEN_WITHOUT_GROUP;
  const named = namespaceOf(type, distribution);
  if (named !== undefined) return named.slice(0, 64);
  if (!isDistributionType(type)) return `(${type})`;
  const release = distribution.versionId === '' ? '' : `:${distribution.versionId}`;
  return `${distribution.id}${release} (${type})`.slice(0, 64);
};

/** The name of an ecosystem without its release, for the choice of the version order. */
const family = (ecosystem: string): string => ecosystem.split(':')[0] ?? ecosystem;

const SCHEMES: Readonly<Record<string, VersionScheme>> = {
  Debian: 'dpkg',
  Ubuntu: 'dpkg',
  Alpine: 'apk',
  Wolfi: 'apk',
  Chainguard: 'apk',
  AlmaLinux: 'rpm',
  'Rocky Linux': 'rpm',
  'Red Hat': 'rpm',
  'Oracle Linux': 'rpm',
  'Amazon Linux': 'rpm',
  Fedora: 'rpm',
  'Azure Linux': 'rpm',
  'CBL-Mariner': 'rpm',
  openSUSE: 'rpm',
  SUSE: 'rpm',
  'Photon OS': 'rpm',
  npm: 'npm',
  'JavaScript library': 'npm',
  PyPI: 'pep440',
  Go: 'go',
  Maven: 'maven',
  cargo: 'semver',
  'crates.io': 'semver',
  Hex: 'semver',
  Kubernetes: 'semver',
  'Node.js': 'semver',
  Bitnami: 'bitnami',
  RubyGems: 'gem',
  'Ruby engine': 'gem',
  Packagist: 'composer',
  NuGet: 'nuget',
  '.NET': 'nuget',
  CRAN: 'cran',
  Hackage: 'hackage',
  GHC: 'hackage',
  ConanCenter: 'conan',
  OpenSSL: 'openssl',
  Pub: 'pub',
  SwiftURL: 'semver',
};

/** The version order of an ecosystem; `generic` where we have none of its own. */
export const schemeOf = (ecosystem: string): VersionScheme => SCHEMES[family(ecosystem)] ?? 'generic';

/** Whether we can compare versions of an ecosystem in its own order; the others are "not covered". */
export const isJudgeable = (ecosystem: string): boolean => SCHEMES[family(ecosystem)] !== undefined;

/** Ecosystems whose advisories are keyed by source package, compared with the source version. */
export const isKeyedBySource = (ecosystem: string): boolean =>
  ['Debian', 'Ubuntu', 'Alpine', 'Wolfi', 'Chainguard', 'SUSE', 'openSUSE'].includes(family(ecosystem));

const FIXES_ONLY: ReadonlySet<string> = new Set([
  'Alpine',
  'Wolfi',
  'Chainguard',
  'AlmaLinux',
  'Rocky Linux',
  'Oracle Linux',
  'Amazon Linux',
  'Azure Linux',
  'SUSE',
  'openSUSE',
]);

/** Whether the feed of an ecosystem names flaws only once they are fixed. */
export const namesFixesOnly = (ecosystem: string): boolean => FIXES_ONLY.has(family(ecosystem));

/** Paid lines beside a free one: their advisories name fixes that the free archive does not have. */
export const paidLinesOf = (ecosystem: string): readonly string[] => {
  const release = /^Ubuntu:(\d+\.\d+)$/.exec(ecosystem)?.[1];
  return release === undefined ? [] : [`Ubuntu:Pro:${release}:LTS`, `Ubuntu:Pro:${release}`];
};

/** How an ecosystem spells a package name: PyPI folds case and separators (PEP 503), the others keep it. */
export const normalizeName = (ecosystem: string, name: string): string => {
  if (ecosystem === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-');
  if (ecosystem === 'NuGet' || ecosystem === 'Packagist') return name.toLowerCase();
  return name;
};
