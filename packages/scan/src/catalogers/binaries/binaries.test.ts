// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogTree } from '../../scan/catalog-tree.ts';
import { DEBIAN_12, names, runCataloger, treeOf } from '../../testing/trees.ts';
import { DEFAULT_LIMITS } from '../cataloger.ts';
import { binariesCataloger, classify } from './binaries.ts';
import { PRODUCTS } from './products.ts';

/** A program: zeros, the text somewhere, zeros. */
const program = (text: string, before = 5_000): Buffer =>
  Buffer.concat([
    Buffer.from('\x7fELF'),
    Buffer.alloc(before),
    Buffer.from(text, 'latin1'),
    Buffer.alloc(2_000),
  ]);
const find = (path: string, content: Buffer) =>
  runCataloger(binariesCataloger, treeOf({ [path]: content }, 0o755));

describe('the binaries cataloger', () => {
  it('knows at least forty products, each under one name', () => {
    const known = PRODUCTS.map((product) => product.name);
    expect(known.length).toBeGreaterThanOrEqual(60);
    expect(new Set(known).size).toBe(known.length);
  });

  it.each([
    ['/usr/local/bin/python3.11', '\x003.11.4\0<prefix>', 'python 3.11.4'],
    ['/usr/local/bin/node', 'node.js/v20.11.1\0', 'node 20.11.1'],
    ['/usr/sbin/nginx', 'nginx version: nginx/1.25.3\n', 'nginx 1.25.3'],
    ['/usr/sbin/nginx', 'nginx version: openresty/1.21.4.3\n', 'openresty 1.21.4.3'],
    ['/usr/local/bin/redis-server', 'Redis version 7.2.4\0', 'redis 7.2.4'],
    ['/usr/lib/postgresql/15/bin/postgres', 'PostgreSQL 15.5 (Debian)', 'postgresql 15.5'],
    ['/bin/busybox', 'BusyBox v1.36.1 (2023)', 'busybox 1.36.1'],
    ['/usr/local/bin/openssl', 'OpenSSL 1.1.1w  11 Sep 2023', 'openssl 1.1.1w'],
    ['/usr/local/lib/libcrypto.so.3', 'OpenSSL 3.1.4 24 Oct 2023', 'openssl 3.1.4'],
    ['/usr/sbin/mysqld', 'x 10.6.15-MariaDB\0', 'mariadb 10.6.15'],
    ['/usr/local/bin/php', 'X-Powered-By: PHP/8.2.13', 'php 8.2.13'],
    ['/opt/java/bin/java', '\0openjdk\0java\x000.0\x0017.0.9+9\0', 'openjdk 17.0.9+9'],
  ])('reads the version of %s from %j', (path, text, expected) => {
    const { packages, problems } = find(path, program(text));
    expect(names(packages)).toEqual([expected]);
    expect(problems).toEqual([]);
  });

  it('declares the CPE of a product and never guesses one', () => {
    expect(find('/x/nginx', program('nginx/1.25.3'))).toMatchObject({
      packages: [{ cpe: 'cpe:2.3:a:f5:nginx:1.25.3:*:*:*:*:*:*:*', purl: 'pkg:generic/nginx@1.25.3' }],
    });
    expect(find('/x/swipl', program('/tmp/src/swipl-9.3.8/src')).packages[0]?.cpe).toBeUndefined();
  });

  it('does not take the version of something inside for that of the program', () => {
    expect(find('/usr/bin/python3.11', program('\x003.9.2\0')).packages).toEqual([]);
    expect(find('/usr/bin/other', program('nginx/1.25.3')).packages).toEqual([]);
  });

  it('finds a version that lies across two windows', () => {
    const edge = 1024 * 1024 - 8;
    expect(names(find('/x/memcached', program('memcached 1.6.18', edge)).packages)).toEqual([
      'memcached 1.6.18',
    ]);
  });

  it('leaves programs of the distribution to the distribution', () => {
    const tree = treeOf(
      {
        '/etc/os-release': DEBIAN_12,
        '/usr/sbin/nginx': program('nginx/1.22.1'),
        '/opt/nginx/sbin/nginx': program('nginx/1.25.3'),
        '/var/lib/dpkg/status': 'Package: nginx\nVersion: 1.22.1-9\nArchitecture: amd64\n\n',
        '/var/lib/dpkg/info/nginx.list': '/usr/sbin/nginx\n',
      },
      0o755,
    );
    const { packages } = catalogTree({ tree, limits: DEFAULT_LIMITS, now: () => 0 });
    expect(
      packages.filter((one) => one.foundBy === 'binaries').map((one) => [one.version, one.ownedBy]),
    ).toEqual([
      ['1.25.3', undefined],
      ['1.22.1', 'nginx'],
    ]);
  });

  it('gives a version that begins with a digit, or nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRODUCTS), fc.uint8Array({ maxLength: 3_000 }), (product, bytes) => {
        const name =
          'python nginx java mysqld openssl'.split(' ').find((one) => product.files.test(one)) ?? 'node';
        const content = Buffer.from(bytes);
        const found = classify(
          { sizeBytes: content.length, readAt: (at, length) => content.subarray(at, at + length) },
          name,
        );
        expect(found?.version ?? '0').toMatch(/^\d/);
      }),
      { seed: 12, numRuns: 200 },
    );
  });
});
