// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Package } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { lz4Of } from '../testing/lz4.ts';
import { treeOf } from '../testing/trees.ts';
import { parseRelease } from './apt-lists.ts';
import { findPendingUpdates } from './pending-updates.ts';

const LISTS = '/var/lib/apt/lists';
const SECURITY = `${LISTS}/deb.example.org_debian-security_dists_bookworm-security`;
const MAIN = `${LISTS}/deb.example.org_debian_dists_bookworm`;
const RELEASE = (suite: string, label: string): string =>
  `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nOrigin: Debian\nLabel: ${label}\nSuite: ${suite}\nCodename: ${suite}\nDate: Mon, 23 Nov 2026 11:22:37 UTC\nSHA256:\n abc 1 x\n`;
const stanza = (name: string, version: string, architecture = 'amd64'): string =>
  `Package: ${name}\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: x\n\n`;

const installed = (name: string, version: string, more: Partial<Package> = {}): Package => ({
  name,
  version,
  ecosystem: 'Debian:12',
  purl: `pkg:deb/debian/${name}@${version}`,
  cataloger: 'dpkg',
  architecture: 'amd64',
  locations: ['/var/lib/dpkg/status'],
  ...more,
});

const PACKAGES = [
  installed('openssl', '3.0.19-1~deb12u2'),
  installed('tzdata', '2026a-1', { architecture: 'all' }),
  installed('local', '1.0'),
];
const RELEASES = {
  [`${SECURITY}_InRelease`]: RELEASE('bookworm-security', 'Debian-Security'),
  [`${MAIN}_InRelease`]: RELEASE('bookworm', 'Debian'),
};
const SECURITY_LIST =
  stanza('openssl', '3.0.22-1~deb12u1') +
  stanza('openssl', '3.0.22-1~deb12u1', 'i386') +
  stanza('other', '9');
const MAIN_LIST =
  stanza('openssl', '3.0.18-1~deb12u1') + stanza('tzdata', '2026b-1', 'all') + stanza('local', '0.9');

const scan = (files: Record<string, string | Buffer>) =>
  findPendingUpdates(treeOf({ ...RELEASES, ...files }), PACKAGES);

describe('findPendingUpdates', () => {
  it.each([
    ['plain', '', (text: string) => Buffer.from(text)],
    ['LZ4', '.lz4', (text: string) => lz4Of(Buffer.from(text))],
    ['gzip', '.gz', (text: string) => gzipSync(text)],
    ['zstd', '.zst', (text: string) => zstdCompressSync(Buffer.from(text))],
  ])('finds what is newer in %s lists', (_name, suffix, pack) => {
    const found = scan({
      [`${SECURITY}_main_binary-amd64_Packages${suffix}`]: pack(SECURITY_LIST),
      [`${MAIN}_main_binary-amd64_Packages${suffix}`]: pack(MAIN_LIST),
    });
    expect(found).toEqual({
      isKnown: true,
      problems: [],
      securityListsAsOfMs: Date.UTC(2026, 10, 23, 11, 22, 37),
      updates: [
        {
          name: 'openssl',
          architecture: 'amd64',
          installed: '3.0.19-1~deb12u2',
          candidate: '3.0.22-1~deb12u1',
          isSecurity: true,
          origin: 'Debian/bookworm-security',
          listsAsOfMs: Date.UTC(2026, 10, 23, 11, 22, 37),
        },
        expect.objectContaining({
          name: 'tzdata',
          candidate: '2026b-1',
          isSecurity: false,
          origin: 'Debian/bookworm',
        }),
      ],
    });
  });

  it('names the version of the security archive even when another archive has a newer one', () => {
    const found = scan({
      [`${SECURITY}_main_binary-amd64_Packages`]: stanza('openssl', '3.0.22-1~deb12u1'),
      [`${MAIN}_main_binary-amd64_Packages`]: stanza('openssl', '3.9-1'),
    });
    expect(found.updates).toMatchObject([{ candidate: '3.0.22-1~deb12u1', isSecurity: true }]);
  });

  it('is no security update when the security archive only has what is installed', () => {
    const found = scan({
      [`${SECURITY}_main_binary-amd64_Packages`]: stanza('openssl', '3.0.19-1~deb12u2'),
      [`${MAIN}_main_binary-amd64_Packages`]: stanza('openssl', '3.9-1'),
    });
    expect(found.updates).toMatchObject([{ candidate: '3.9-1', isSecurity: false }]);
  });

  it('says that nothing is known where there are no lists: never "up to date"', () => {
    expect(findPendingUpdates(treeOf({}), PACKAGES)).toEqual({ isKnown: false, updates: [], problems: [] });
    expect(findPendingUpdates(treeOf({ [`${LISTS}/lock`]: '' }), PACKAGES).isKnown).toBe(false);
    expect(findPendingUpdates(treeOf(RELEASES), []).isKnown).toBe(false);
  });

  it('says that damaged lists cannot be read', () => {
    const found = scan({
      [`${SECURITY}_main_binary-amd64_Packages.lz4`]: lz4Of(Buffer.from(SECURITY_LIST)).subarray(0, 60),
      [`${MAIN}_main_binary-amd64_Packages.gz`]: Buffer.from('not gzip'),
    });
    expect(found.isKnown).toBe(false);
    expect(found.problems.map((problem) => problem.code)).toEqual(['scan.malformed', 'scan.malformed']);
  });

  it('says which lists are packed in a way it cannot read', () => {
    const found = scan({
      [`${MAIN}_main_binary-amd64_Packages.xz`]: 'x',
      [`${SECURITY}_main_binary-amd64_Packages`]: SECURITY_LIST,
    });
    expect(found.problems).toMatchObject([{ code: 'scan.unsupported' }]);
    expect(found.updates).toHaveLength(1);
  });

  it('does not believe a list that belongs to no release', () => {
    const found = scan({ [`${LISTS}/evil.example_Packages`]: stanza('openssl', '99') });
    expect(found.updates).toEqual([]);
    expect(found.problems).toMatchObject([{ code: 'scan.malformed' }]);
  });

  it('compares Debian packages only', () => {
    const npm = installed('openssl', '0.1', { cataloger: 'npm' });
    const tree = treeOf({ ...RELEASES, [`${SECURITY}_main_binary-amd64_Packages`]: SECURITY_LIST });
    expect(findPendingUpdates(tree, [npm]).updates).toEqual([]);
  });
});

describe('parseRelease', () => {
  it.each([
    ['Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble-security\n', true, 'Ubuntu/noble-security'],
    ['Origin: Ubuntu\nSuite: noble-updates\n', false, 'Ubuntu/noble-updates'],
    [
      'Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nCodename: bookworm-security\n',
      true,
      'Debian/oldstable-security',
    ],
    ['Codename: stable\n', false, 'unknown/stable'],
    ['', false, 'unknown/'],
  ])('knows whether %j is a security archive', (text, isSecurity, origin) => {
    expect(parseRelease(Buffer.from(text))).toEqual({ isSecurity, origin, asOfMs: 0 });
  });
});
