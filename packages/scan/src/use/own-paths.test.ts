// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { catalogTree } from '../scan/catalog-tree.ts';
import { treeOf } from '../testing/trees.ts';
import { ownedPaths } from './own-paths.ts';
import { ownerOfPath } from './path-table.ts';

const STATUS = ['libssl3', 'python3-six', 'linux-image-6.1.0-1-amd64']
  .map((name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n`)
  .join('\n');
const SITE = '/usr/lib/python3/dist-packages';
const VENV = '/opt/venv/lib/python3.11/site-packages';

const FILES: Readonly<Record<string, string>> = {
  '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
  '/var/lib/dpkg/status': STATUS,
  '/var/lib/dpkg/info/libssl3:amd64.list': '/.\n/usr\n/usr/lib\n/usr/lib/x86_64-linux-gnu/libssl.so.3\n',
  '/var/lib/dpkg/info/python3-six.list': `/.\n${SITE}/six.py\n${SITE}/six-1.16.0.egg-info/PKG-INFO\n`,
  '/var/lib/dpkg/info/linux-image-6.1.0-1-amd64.list': '/.\n/boot/vmlinuz-6.1.0-1-amd64\n',
  [`${SITE}/six-1.16.0.egg-info/PKG-INFO`]: 'Name: six\nVersion: 1.16.0\n\n',
  [`${VENV}/idna-3.4.dist-info/METADATA`]: 'Name: idna\nVersion: 3.4\n\n',
  [`${VENV}/idna-3.4.dist-info/RECORD`]:
    'idna/core.py,sha256=x,1\n"idna/a,b.py",sha256=y,2\n../../../bin/idna,,\n../../../../../../../../etc/passwd,,\n',
  [`${VENV}/old-1.0.egg-info/PKG-INFO`]: 'Name: old\nVersion: 1.0\n\n',
  [`${VENV}/old-1.0.egg-info/top_level.txt`]: 'oldmod\n../../etc\n',
  '/app/node_modules/left-pad/package.json': '{"name":"left-pad","version":"1.3.0"}',
  '/app/node_modules/left-pad/index.js': '',
  '/var/lib/gems/3.1.0/specifications/rack-2.2.4.gemspec': 's.name = "rack".freeze\ns.version = "2.2.4"\n',
  '/app/vendor/composer/installed.json': '{"packages":[{"name":"monolog/monolog","version":"2.9.1"}]}',
};

const { table, purls } = (() => {
  const tree = treeOf(FILES);
  const catalog = catalogTree({ tree, limits: DEFAULT_LIMITS, now: () => 0 });
  return { table: ownedPaths(catalog, tree), purls: catalog.packages.map((one) => one.purl) };
})();
const ownersOf = (path: string): string[] =>
  (ownerOfPath(table, path)?.packages ?? []).map(
    (purl) => /^pkg:(\w+\/(?:[\w%.]+\/)?[\w.+-]+)@/.exec(purl)?.[1] ?? purl,
  );

describe('who owns which files', () => {
  it.each([
    ['a library of a distribution package', '/lib/x86_64-linux-gnu/libssl.so.3', ['deb/debian/libssl3']],
    [
      'a module that a distribution package and a Python distribution share',
      `${SITE}/six.py`,
      ['deb/debian/python3-six', 'pypi/six'],
    ],
    ['what RECORD lists', `${VENV}/idna/core.py`, ['pypi/idna']],
    ['what RECORD quotes', `${VENV}/idna/a,b.py`, ['pypi/idna']],
    ['what RECORD lists above its folder', '/opt/venv/bin/idna', ['pypi/idna']],
    ['what top_level.txt names', `${VENV}/oldmod/deep/x.py`, ['pypi/old']],
    ['everything below a folder of npm', '/app/node_modules/left-pad/lib/x.js', ['npm/left-pad']],
    ['everything below a folder of a gem', '/var/lib/gems/3.1.0/gems/rack-2.2.4/lib/rack.rb', ['gem/rack']],
    [
      'everything below a folder of Composer',
      '/app/vendor/monolog/monolog/src/Logger.php',
      ['composer/monolog/monolog'],
    ],
  ])('knows %s', (_what, path, expected) => {
    expect(ownersOf(path).sort()).toEqual(expected);
  });

  it('gives nobody what a package claims outside of the file system, and says nothing of the kernel', () => {
    expect(ownersOf('/etc/passwd')).toEqual([]);
    expect(ownersOf('/etc/x')).toEqual([]);
    expect(ownersOf('/boot/vmlinuz-6.1.0-1-amd64')).toEqual([]);
    expect(purls.some((purl) => purl.includes('linux-image'))).toBe(true);
    expect(
      table.owners.flatMap(({ packages }) => packages).some((purl) => purl.includes('linux-image')),
    ).toBe(false);
  });
});

describe('packages inside of a file', () => {
  const found = (type: 'maven' | 'golang' | 'cargo', name: string, location: string) => ({
    type,
    name,
    version: '1',
    ecosystem: type,
    purl: `pkg:${type}/${name}@1`,
    location,
    foundBy: 'test',
  });
  const inside = ownedPaths(
    {
      ...catalogTree({ tree: treeOf({}), limits: DEFAULT_LIMITS, now: () => 0 }),
      packages: [
        found('maven', 'outer', '/srv/app.jar'),
        found('maven', 'inner', '/srv/app.jar!BOOT-INF/lib/inner.jar'),
        found('golang', 'mod', '/usr/local/bin/server'),
        found('golang', 'wanted', '/src/go.mod'),
        found('cargo', 'wanted', '/src/Cargo.lock'),
      ],
    },
    treeOf({}),
  );

  it('are known as far as the file, and said to be', () => {
    expect(ownerOfPath(inside, '/srv/app.jar')).toEqual({
      packages: ['pkg:maven/outer@1', 'pkg:maven/inner@1'],
      isCoarse: true,
    });
    expect(ownerOfPath(inside, '/usr/local/bin/server')).toEqual({
      packages: ['pkg:golang/mod@1'],
      isCoarse: true,
    });
  });

  it('are unknown where only a list says what was wanted', () => {
    expect(ownerOfPath(inside, '/src/go.mod')).toBeUndefined();
    expect(ownerOfPath(inside, '/src/Cargo.lock')).toBeUndefined();
  });
});
