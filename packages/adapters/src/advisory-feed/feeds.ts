// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What the first bytes of a feed must look like. */
export type FeedForm = 'zip' | 'json' | 'gzip';

/** One file of advisories that somebody publishes. */
export interface Feed {
  /** Stable name, for instance `osv.npm`; the part before the dot is the group. */
  readonly id: string;
  /** Name in the folder; the pack builder knows the form by it. */
  readonly file: string;
  /** Base address, replaceable by a mirror. */
  readonly base: string;
  /** Path below the base. */
  readonly path: string;
  readonly form: FeedForm;
  readonly maxBytes: number;
  /** The ecosystems it speaks about, without their releases. */
  readonly ecosystems: readonly string[];
}

const MEGABYTE = 1024 * 1024;

const osv = (ecosystem: string, file: string, megabytes: number, ...former: readonly string[]): Feed => ({
  id: `osv.${file}`,
  file: `osv-${file}.zip`,
  base: 'https://osv-vulnerabilities.storage.googleapis.com',
  path: `/${encodeURIComponent(ecosystem)}/all.zip`,
  form: 'zip',
  maxBytes: megabytes * MEGABYTE,
  ecosystems: [ecosystem, ...former],
});

const alpine = (release: string, repository: string): Feed => ({
  id: `alpine.${release}-${repository}`,
  file: `alpine-${release}-${repository}.json`,
  base: 'https://secdb.alpinelinux.org',
  path: `/${release}/${repository}.json`,
  form: 'json',
  maxBytes: 64 * MEGABYTE,
  ecosystems: ['Alpine'],
});

/** Every feed that is fetched unless chosen otherwise. Each group has its own base address, so each can be mirrored. */
export const DEFAULT_FEEDS: readonly Feed[] = [
  osv('npm', 'npm', 512),
  osv('PyPI', 'pypi', 256),
  osv('Go', 'go', 256),
  osv('Maven', 'maven', 256),
  // Without data an ecosystem is "no data", and a gate does not pass it. ConanCenter has no archive of its own.
  osv('crates.io', 'crates.io', 64),
  osv('RubyGems', 'rubygems', 64),
  osv('Packagist', 'packagist', 64),
  osv('NuGet', 'nuget', 64),
  osv('Pub', 'pub', 16),
  osv('Hex', 'hex', 16),
  osv('SwiftURL', 'swifturl', 16),
  osv('Hackage', 'hackage', 16),
  osv('CRAN', 'cran', 16),
  osv('Bitnami', 'bitnami', 128),
  osv('Ubuntu', 'ubuntu', 1024),
  osv('AlmaLinux', 'almalinux', 256),
  osv('Rocky Linux', 'rocky', 256),
  osv('Red Hat', 'redhat', 512),
  // Of Amazon Linux, Oracle Linux, Fedora and Photon OS nobody publishes records in a form that is read.
  osv('SUSE', 'suse', 512),
  osv('openSUSE', 'opensuse', 512),
  osv('Azure Linux', 'azurelinux', 128, 'CBL-Mariner'),
  osv('Wolfi', 'wolfi', 256),
  osv('Chainguard', 'chainguard', 256),
  {
    id: 'debian.tracker',
    file: 'debian-tracker.json',
    base: 'https://security-tracker.debian.org',
    path: '/tracker/data/json',
    form: 'json',
    maxBytes: 512 * MEGABYTE,
    ecosystems: ['Debian'],
  },
  ...['v3.20', 'v3.21', 'v3.22', 'v3.23'].flatMap((release) => [
    alpine(release, 'main'),
    alpine(release, 'community'),
  ]),
  {
    id: 'kev.cisa',
    file: 'kev.json',
    base: 'https://www.cisa.gov',
    path: '/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    form: 'json',
    maxBytes: 64 * MEGABYTE,
    ecosystems: [],
  },
  {
    id: 'epss.first',
    file: 'epss.csv.gz',
    base: 'https://epss.empiricalsecurity.com',
    path: '/epss_scores-current.csv.gz',
    form: 'gzip',
    maxBytes: 64 * MEGABYTE,
    ecosystems: [],
  },
];

/** Whether somebody publishes advisories about an ecosystem (`Debian:12`) that are fetched. */
export const hasFeed = (ecosystem: string): boolean => {
  const [family = ecosystem] = ecosystem.split(':', 1);
  return DEFAULT_FEEDS.some(({ ecosystems }) => ecosystems.includes(family));
};

/** The group of a feed: what comes before the dot. */
const groupOf = (feed: Feed): string => feed.id.split('.')[0] ?? feed.id;

/** Feeds by id (`osv.npm`) or group (`osv`); all of them when nothing is named. */
export const selectFeeds = (
  names: readonly string[],
  feeds: readonly Feed[] = DEFAULT_FEEDS,
): readonly Feed[] =>
  names.length === 0
    ? feeds
    : feeds.filter((feed) => names.includes(feed.id) || names.includes(groupOf(feed)));

/** The address of a feed, with the base of its id, of its group, or of all (`*`) replaced. */
export const feedUrl = (feed: Feed, bases: Readonly<Record<string, string>>): string => {
  const base = bases[feed.id] ?? bases[groupOf(feed)] ?? bases['*'] ?? feed.base;
  return `${base.replace(/\/+$/, '')}${feed.path}`;
};
