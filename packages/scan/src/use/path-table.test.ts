// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCodePath, ownerOfPath, PathTableBuilder, pathHash } from './path-table.ts';

const tableOf = (entries: Readonly<Record<string, string>>) => {
  const builder = new PathTableBuilder();
  for (const [path, name] of Object.entries(entries))
    builder.add(path, builder.owner({ packages: [name], isCoarse: false }));
  return builder.build();
};

describe('a table of paths', () => {
  it('finds each path that was added, and no other', () => {
    const path = fc.string({ maxLength: 40 }).map((text) => `/opt/x${text.replaceAll('/', '_')}`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 200 }), path, (paths, other) => {
        const table = tableOf(Object.fromEntries(paths.map((one) => [one, one])));
        for (const one of paths) expect(ownerOfPath(table, one)?.packages).toEqual([one]);
        if (!paths.includes(other)) expect(ownerOfPath(table, other)).toBeUndefined();
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it.each([
    ['/usr/bin/true', '/bin/true'],
    ['/bin/true', '/usr/bin/true'],
    ['/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/x86_64-linux-gnu/libc.so.6'],
    ['/usr/lib64/ld-linux-x86-64.so.2', '/lib64/ld-linux-x86-64.so.2'],
    ['/sbin/init', '/usr/sbin/init'],
  ])('takes %s and %s for one file: /usr is merged', (listed, opened) => {
    expect(ownerOfPath(tableOf({ [listed]: 'p' }), opened)?.packages).toEqual(['p']);
  });

  it('gives a file below a directory to the nearest one that a package owns whole', () => {
    const table = tableOf({
      '/app/node_modules/a/': 'a',
      '/app/node_modules/a/node_modules/b/': 'b',
      '/app/node_modules/a/own.js': 'exact',
    });
    expect(ownerOfPath(table, '/app/node_modules/a/lib/x.js')?.packages).toEqual(['a']);
    expect(ownerOfPath(table, '/app/node_modules/a/node_modules/b/i.js')?.packages).toEqual(['b']);
    expect(ownerOfPath(table, '/app/node_modules/a/own.js')?.packages).toEqual(['exact']);
    expect(ownerOfPath(table, '/app/node_modules/c/i.js')).toBeUndefined();
    expect(ownerOfPath(table, `/${'d/'.repeat(2000)}x`)).toBeUndefined();
  });

  it('takes what Python compiled for its source, which alone is listed', () => {
    const table = tableOf({
      '/usr/lib/python3/django/__init__.py': 'django',
      '/usr/lib/python3/six.py': 'six',
    });
    const compiled = (path: string) => ownerOfPath(table, `/usr/lib/python3/${path}`)?.packages;
    expect(compiled('django/__pycache__/__init__.cpython-311.pyc')).toEqual(['django']);
    expect(compiled('__pycache__/six.cpython-311.opt-1.pyc')).toEqual(['six']);
    expect(compiled('__pycache__/seven.cpython-311.pyc')).toBeUndefined();
  });

  it('takes no list of a directory for everything below it', () => {
    expect(ownerOfPath(tableOf({ '/usr/lib/python3': 'python3' }), '/usr/lib/python3/x.py')).toBeUndefined();
  });

  it('hashes to exact numbers, and differently for names that are much alike', () => {
    const hashes = new Set<number>();
    for (let at = 0; at < 50_000; at += 1) hashes.add(pathHash(`/usr/share/doc/lib${at}/copyright`));
    expect(hashes.size).toBe(50_000);
    for (const hash of hashes) if (!Number.isSafeInteger(hash)) expect.fail(String(hash));
  });
});

describe('code by its name', () => {
  it.each([
    '/a/b.py',
    '/a/b.cpython-311.pyc',
    '/l/libc.so.6',
    '/l/x.so',
    '/j/a.jar',
    '/n/i.cjs',
    '/r/a.rb',
    '/d/a.dll',
  ])('says that %s is code', (path) => expect(isCodePath(path)).toBe(true));
  it.each([
    '/etc/ssl/openssl.cnf',
    '/usr/share/zoneinfo/UTC',
    '/a/so',
    '/a/b.json',
    '/a/b.so.d/readme',
    '/a/py',
  ])('says that %s is none', (path) => expect(isCodePath(path)).toBe(false));
});
