// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEBIAN_12, names, runCataloger, treeOf } from '../../testing/trees.ts';
import { dpkgCataloger } from './dpkg.ts';
import { readStanzas } from './stanzas.ts';

const STATUS = `Package: libstdc++6
Status: install ok installed
Priority: optional
Architecture: amd64
Multi-Arch: same
Source: gcc-12 (12.2.0-14+deb12u1)
Version: 12.2.0-14
Description: GNU Standard C++ Library v3
 Package: not-a-package
 Version: 9

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: never
Status: unknown ok not-installed
Version: 1.0

Package: half
Status: install reinstreq half-installed
Architecture: all
Version: 1:2.0~rc1-1

Package: openssl
Status: install ok installed
Architecture: amd64
Version: 3.0.19-1~deb12u2
`;

const scan = (files: Record<string, string | Buffer>, limits = {}) =>
  runCataloger(dpkgCataloger, treeOf({ '/etc/os-release': DEBIAN_12, ...files }), limits);

describe('the dpkg cataloger', () => {
  it('finds installed packages only, half-installed ones among them', () => {
    const { packages, problems } = scan({ '/var/lib/dpkg/status': STATUS });
    expect(names(packages)).toEqual(['libstdc++6 12.2.0-14', 'half 1:2.0~rc1-1', 'openssl 3.0.19-1~deb12u2']);
    expect(problems).toEqual([]);
  });

  it('knows the source package and its version, which differ from the binary', () => {
    const [first, , last] = scan({ '/var/lib/dpkg/status': STATUS }).packages;
    expect(first).toMatchObject({
      sourceName: 'gcc-12',
      sourceVersion: '12.2.0-14+deb12u1',
      architecture: 'amd64',
    });
    expect(last).toMatchObject({ sourceName: 'openssl', sourceVersion: '3.0.19-1~deb12u2' });
  });

  it.each([
    ['localization', 'translations'],
    ['non-free/localization', 'translations'],
    ['doc', 'documentation'],
    ['contrib/doc', 'documentation'],
    ['libs', undefined],
    ['docs', undefined],
    ['__proto__', undefined],
  ])('takes a package of section %s for %s', (section, role) => {
    const [found] = scan({
      '/var/lib/dpkg/status': `Package: a\nSection: ${section}\nVersion: 1\n`,
    }).packages;
    expect(found?.role).toBe(role);
  });

  it('writes package URLs with what must be encoded', () => {
    expect(scan({ '/var/lib/dpkg/status': STATUS }).packages.map((found) => found.purl)).toEqual([
      'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64',
      'pkg:deb/debian/half@1:2.0~rc1-1?arch=all',
      'pkg:deb/debian/openssl@3.0.19-1~deb12u2?arch=amd64',
    ]);
  });

  it('names the vendor of a derived distribution in the package URL', () => {
    const tree = treeOf({
      '/etc/os-release': 'ID=ubuntu\nVERSION_ID="24.04"\n',
      '/var/lib/dpkg/status': STATUS,
    });
    expect(runCataloger(dpkgCataloger, tree).packages[0]?.purl).toMatch(/^pkg:deb\/ubuntu\//);
  });

  it('reads the one-file-a-package form of distroless images', () => {
    const { packages } = scan({
      '/var/lib/dpkg/status.d/tzdata': 'Package: tzdata\nVersion: 2026a-0+deb12u1\nArchitecture: all\n',
      '/var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12.4\nArchitecture: amd64\n',
      '/var/lib/dpkg/status.d/base.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  etc/issue\n',
    });
    expect(names(packages)).toEqual(['base-files 12.4', 'tzdata 2026a-0+deb12u1']);
  });

  it('finds nothing and complains about nothing where there is no dpkg', () => {
    expect(scan({})).toMatchObject({ packages: [], problems: [] });
  });

  it('says which package owns a path', () => {
    const { context } = scan({
      '/var/lib/dpkg/info/libfoo:amd64.list': '/.\n/usr\n/usr/lib\n/usr/lib/libfoo.so\n',
      '/var/lib/dpkg/info/x.md5sums': 'ignored',
    });
    const ownership = new Map<string, string>();
    dpkgCataloger.owns?.(context, ownership);
    expect(ownership.get('/usr/lib/libfoo.so')).toBe('libfoo');
    expect(ownership.has('/.')).toBe(false);
  });

  it('says when the file ends in the middle of a line', () => {
    const { packages, problems } = scan({ '/var/lib/dpkg/status': STATUS.slice(0, STATUS.length - 8) });
    expect(packages).toHaveLength(3);
    expect(problems).toMatchObject([{ code: 'scan.truncated' }]);
  });

  it('says when the database is above the limit, and finds nothing rather than a part', () => {
    const { packages, problems } = scan({ '/var/lib/dpkg/status': STATUS }, { databaseBytes: 100 });
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ code: 'scan.limit', path: '/var/lib/dpkg/status' }]);
  });

  it('says when the database is a directory', () => {
    expect(scan({ '/var/lib/dpkg/status/x': '' }).problems).toMatchObject([{ code: 'scan.unreadable' }]);
  });

  it('counts entries with names or versions that nothing has', () => {
    const { packages, problems } = scan({
      '/var/lib/dpkg/status': `Package: ok\nVersion: 1\n\nPackage: no-version\n\nVersion: 1\n\nPackage: bad\u0007name\nVersion: 1\n\nPackage: ${'x'.repeat(600)}\nVersion: 1\n`,
    });
    expect(names(packages)).toEqual(['ok 1']);
    expect(problems).toMatchObject([
      { code: 'scan.malformed', detail: '4 entries without a usable name or version' },
    ]);
  });

  it('does not follow a status file out of the tree', () => {
    expect(scan({ '/var/lib/dpkg/status': '-> ../../../../../../etc/shadow-of-the-host' }).packages).toEqual(
      [],
    );
  });

  it('passes over a field of many megabytes quickly', () => {
    const status = Buffer.concat([
      Buffer.from('Package: a\nVersion: 1\nDescription: '),
      Buffer.alloc(64 * 1024 * 1024, 120),
      Buffer.from('\n\nPackage: b\nVersion: 2\n'),
    ]);
    const started = performance.now();
    expect(names(scan({ '/var/lib/dpkg/status': status }).packages)).toEqual(['a 1', 'b 2']);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('stops at the limit of packages and says so', () => {
    const status = Array.from({ length: 50 }, (_, at) => `Package: p${at}\nVersion: 1\n`).join('\n');
    const { packages, problems } = scan({ '/var/lib/dpkg/status': status }, { packages: 10 });
    expect(packages.length).toBeLessThanOrEqual(11);
    expect(problems).toMatchObject([{ code: 'scan.limit' }]);
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        scan({ '/var/lib/dpkg/status': Buffer.from(bytes) });
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  it('gives back every package that was written, in any arrangement of fields', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: word, version: word, extra: fc.stringMatching(/^[ -~]{0,40}$/) }), {
          maxLength: 20,
        }),
        (wanted) => {
          const text = wanted
            .map(({ name, version, extra }) => `X-Extra: ${extra}\nVersion: ${version}\nPackage: ${name}\n`)
            .join('\n');
          expect(names(scan({ '/var/lib/dpkg/status': text }).packages)).toEqual(
            wanted.map(({ name, version }) => `${name} ${version}`),
          );
        },
      ),
      { seed: 32, numRuns: 200 },
    );
  });
});

describe('readStanzas', () => {
  it('takes Windows line ends, comments and any case of field names', () => {
    const stanzas = [
      ...readStanzas(Buffer.from('# note\r\nPACKAGE: a\r\n\r\npackage: b\r\n'), new Set(['package'])),
    ];
    expect(stanzas.map((stanza) => stanza.get('package'))).toEqual(['a', 'b']);
  });

  it('keeps the first of two fields of one name', () => {
    const [stanza] = [...readStanzas(Buffer.from('Package: a\nPackage: b\n'), new Set(['package']))];
    expect(stanza?.get('package')).toBe('a');
  });
});
