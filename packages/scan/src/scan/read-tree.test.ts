// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type ScanLimits } from '../catalogers/cataloger.ts';
import { searchTree } from '../secrets/tree-secrets.ts';
import { makeSecretScanner, TEST_NOW_MS } from '../testing/secret-rules.ts';
import { DEBIAN_12, treeOf } from '../testing/trees.ts';
import { type FileTree, treeError } from '../tree/file-tree.ts';
import { catalogTree } from './catalog-tree.ts';
import { readTree } from './read-tree.ts';

const VALUE = ['tok', 'a1b2c3d4e5f6g7h8'].join('_');
const module = (name: string): Record<string, string> => ({
  [`/app/node_modules/${name}/package.json`]: `{"name":"${name}","version":"1.0.0"}`,
});
const FILES = {
  '/etc/os-release': DEBIAN_12,
  '/etc/shop.conf': `token ${VALUE}`,
  '/var/lib/dpkg/status':
    'Package: openssl\nStatus: install ok installed\nVersion: 3.0.19\nArchitecture: amd64\n\n',
  ...module('alpha'),
  ...module('beta'),
  '/srv/a/b/c/deep.env': VALUE,
  '/srv/link': '-> /etc',
};
const PATHS = ['/', '/app', '/app/node_modules', '/etc', '/srv', '/srv/a', '/srv/a/b', '/srv/a/b/c'];

/** A tree of which some ways in are ours. */
const over = (inner: FileTree, own: Partial<FileTree>): FileTree => ({
  label: inner.label,
  list: (path) => inner.list(path),
  stat: (path) => inner.stat(path),
  lstat: (path) => inner.lstat(path),
  readlink: (path) => inner.readlink(path),
  read: (path, options) => inner.read(path, options),
  open: (path) => inner.open(path),
  close: () => inner.close(),
  ...own,
});

/** Counts how often each directory is opened, and can let reading take time. */
const watched = (inner: FileTree, onOpen: (path: string) => void = () => undefined) => {
  const opened = new Map<string, number>();
  const tree = over(inner, {
    list: (path) => {
      opened.set(path, (opened.get(path) ?? 0) + 1);
      return inner.list(path);
    },
    open: (path) => {
      onOpen(path);
      return inner.open(path);
    },
  });
  return { tree, opened };
};

const now = (): number => TEST_NOW_MS;
const both = {
  packages: { limits: DEFAULT_LIMITS },
  secrets: { scanner: makeSecretScanner(), limits: DEFAULT_LIMITS },
};
const alone = (tree: FileTree, limits = DEFAULT_LIMITS) => ({
  catalog: catalogTree({ tree, limits, now }),
  secrets: searchTree({ tree, scanner: makeSecretScanner(), limits, now }),
});

describe('readTree', () => {
  it('finds what two walks find, byte for byte, and opens each directory once', () => {
    const once = watched(treeOf(FILES));
    const read = readTree({ tree: once.tree, now, ...both });
    const twice = watched(treeOf(FILES));
    const expected = alone(twice.tree);
    expect(expected.catalog.packages.map(({ name }) => name)).toEqual(['openssl', 'alpha', 'beta']);
    expect(expected.secrets.matches).toHaveLength(2);
    expect(JSON.stringify(read)).toBe(
      JSON.stringify({
        packages: { catalog: expected.catalog, elapsedMs: 0 },
        secrets: expected.secrets,
      }),
    );
    expect(read.packages?.catalog.ownership).toEqual(expected.catalog.ownership);
    for (const path of PATHS) expect([path, once.opened.get(path)]).toEqual([path, 1]);
    for (const path of PATHS) expect([path, twice.opened.get(path)]).toEqual([path, 2]);
  });

  it('looks for one of them only, where only that is asked for', () => {
    const tree = treeOf(FILES);
    const { catalog, secrets } = alone(tree);
    expect(readTree({ tree, now, packages: both.packages })).toEqual({ packages: { catalog, elapsedMs: 0 } });
    expect(readTree({ tree, now, secrets: both.secrets })).toEqual({ secrets });
  });

  it.each([
    ['names', { entries: 9 }, { entries: DEFAULT_LIMITS.entries }],
    ['depth', { depth: 1 }, { depth: DEFAULT_LIMITS.depth }],
  ] as const)('ends each at its own limit of %s', (_, low, high) => {
    const tree = treeOf(FILES);
    const [small, large] = [
      { ...DEFAULT_LIMITS, ...low },
      { ...DEFAULT_LIMITS, ...high },
    ];
    const read = (packages: ScanLimits, secrets: ScanLimits) =>
      readTree({
        tree,
        now,
        packages: { limits: packages },
        secrets: { scanner: makeSecretScanner(), limits: secrets },
      });
    const lessSecrets = read(large, small);
    expect(lessSecrets.packages?.catalog).toEqual(alone(tree, large).catalog);
    expect(lessSecrets.secrets).toEqual(alone(tree, small).secrets);
    expect(lessSecrets.secrets?.incomplete).toHaveLength(1);
    const lessPackages = read(small, large);
    expect(lessPackages.packages?.catalog).toEqual(alone(tree, small).catalog);
    expect(lessPackages.packages?.catalog.problems).toHaveLength(1);
    expect(lessPackages.secrets).toEqual(alone(tree, large).secrets);
  });

  it('lets a slow search for secrets use up its own time only', () => {
    const many = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, at) => [`/srv/${String(at).padStart(4, '0')}.txt`, 'x']),
    );
    let nowMs = 0;
    const { tree } = watched(
      treeOf({
        ...many,
        ...module('late'),
        ...module('zeta'),
        '/z/node_modules/last/package.json': '{"name":"last","version":"1.0.0"}',
      }),
      (path) => {
        if (path.endsWith('.txt')) nowMs += 100;
      },
    );
    const limits = { ...DEFAULT_LIMITS, timeMs: 20_000 };
    const read = readTree({
      tree,
      now: () => nowMs,
      packages: { limits },
      secrets: { scanner: makeSecretScanner(), limits },
    });
    expect(read.secrets?.incomplete.map(({ code }) => code)).toEqual(['scan.timeout']);
    expect(read.secrets?.stats.files).toBeLessThan(1_500);
    expect(nowMs).toBeGreaterThan(limits.timeMs);
    expect(read.packages?.catalog.problems).toEqual([]);
    expect(read.packages?.catalog.packages.map(({ name }) => name).sort()).toEqual(['last', 'late', 'zeta']);
    expect(read.packages?.elapsedMs).toBe(0);
  });

  it('names a directory that cannot be listed for both', () => {
    const inner = treeOf(FILES);
    const tree = over(inner, {
      list: (path) =>
        path === '/srv' ? err(treeError('scan.tree-denied', path, 'EACCES')) : inner.list(path),
    });
    const { packages, secrets } = readTree({ tree, now, ...both });
    const problem = { code: 'scan.unreadable', path: '/srv', detail: 'cannot list the directory' };
    expect(packages?.catalog.problems).toMatchObject([problem]);
    expect(secrets?.incomplete).toMatchObject([problem]);
  });

  it('stays out of what is excluded', () => {
    const read = readTree({ tree: treeOf(FILES), now, ...both, exclude: ['/srv', '/app'] });
    expect(read.packages?.catalog.packages.map(({ name }) => name)).toEqual(['openssl']);
    expect(read.secrets?.matches.map(({ path }) => path)).toEqual(['/etc/shop.conf']);
  });
});
