// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { apkCataloger } from './apk.ts';

const INSTALLED = `C:Q1abc=
P:libcrypto3
V:3.3.2-r0
A:x86_64
T:Crypto library from openssl
o:openssl
F:lib
R:libcrypto.so.3
a:0:0:755
F:etc/ssl
R:openssl.cnf

P:busybox
V:1.36.1-r29
A:x86_64
o:busybox
F:bin
R:busybox

`;

const OS = 'ID=alpine\nVERSION_ID=3.20.3\n';
const scan = (files: Record<string, string | Buffer>, limits = {}) =>
  runCataloger(apkCataloger, treeOf({ '/etc/os-release': OS, ...files }), limits);

describe('the apk cataloger', () => {
  it('finds packages with the package they were built from', () => {
    const { packages, problems } = scan({ '/lib/apk/db/installed': INSTALLED });
    expect(packages).toMatchObject([
      {
        name: 'libcrypto3',
        version: '3.3.2-r0',
        sourceName: 'openssl',
        architecture: 'x86_64',
        purl: 'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64',
      },
      { name: 'busybox', sourceName: 'busybox' },
    ]);
    expect(problems).toEqual([]);
  });

  it('reads the new place of the database too', () => {
    expect(names(scan({ '/usr/lib/apk/db/installed': INSTALLED }).packages)).toHaveLength(2);
  });

  it('says that there are more packages than it keeps', () => {
    const { packages, problems } = scan({ '/lib/apk/db/installed': INSTALLED }, { packages: 1 });
    expect(names(packages)).toEqual(['libcrypto3 3.3.2-r0']);
    expect(problems).toMatchObject([{ code: 'scan.limit', path: '/lib/apk/db/installed' }]);
    expect(scan({ '/lib/apk/db/installed': INSTALLED }, { packages: 2 }).problems).toEqual([]);
  });

  it('does not need an empty line at the end', () => {
    expect(scan({ '/lib/apk/db/installed': INSTALLED.trimEnd() }).packages).toHaveLength(2);
  });

  it('says which package owns a path', () => {
    const ownership = new Map<string, string>();
    apkCataloger.owns?.(scan({ '/lib/apk/db/installed': INSTALLED }).context, ownership);
    expect(Object.fromEntries(ownership)).toEqual({
      '/lib/libcrypto.so.3': 'libcrypto3',
      '/etc/ssl/openssl.cnf': 'libcrypto3',
      '/bin/busybox': 'busybox',
    });
  });

  it('counts entries without a name or version', () => {
    const { packages, problems } = scan({ '/lib/apk/db/installed': 'P:a\n\nV:1\n\nP:b\nV:2\n\n' });
    expect(names(packages)).toEqual(['b 2']);
    expect(problems).toMatchObject([
      { code: 'scan.malformed', detail: '2 entries without a usable name or version' },
    ]);
  });

  it('says when the file ends in the middle of a line or is above the limit', () => {
    expect(scan({ '/lib/apk/db/installed': 'P:a\nV:1' }).problems).toMatchObject([
      { code: 'scan.truncated' },
    ]);
    expect(scan({ '/lib/apk/db/installed': INSTALLED }, { databaseBytes: 10 }).problems).toMatchObject([
      { code: 'scan.limit' },
    ]);
  });

  it('never throws on any bytes, and finds nothing in most', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const { packages } = scan({ '/lib/apk/db/installed': Buffer.from(bytes) });
        for (const found of packages) expect(found.name.length).toBeGreaterThan(0);
      }),
      { seed: 41, numRuns: 300 },
    );
  });

  it('passes over a line of many megabytes', () => {
    const huge = Buffer.concat([
      Buffer.from('P:a\nV:1\nT:'),
      Buffer.alloc(32 * 1024 * 1024, 120),
      Buffer.from('\n\n'),
    ]);
    expect(names(scan({ '/lib/apk/db/installed': huge }).packages)).toEqual(['a 1']);
  });
});
