// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATA_ADDRESS, elfOf, inlineBuildInfo, pointedBuildInfo } from '../../testing/elf.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { parseModules, readBuildInfo } from './build-info.ts';
import { golangCataloger } from './golang.ts';

const MODULES = [
  'path\texample.com/tool',
  'mod\texample.com/tool\tv1.4.0\th1:aaa=',
  'dep\tgolang.org/x/net\tv0.16.0\th1:bbb=',
  'dep\tgithub.com/old/name\tv1.0.0\th1:ccc=',
  '=>\tgithub.com/new/name\tv1.0.1\th1:ddd=',
  'dep\texample.com/local\tv0.0.0',
  '=>\t./local\t',
  'dep\tgithub.com/big/mod\tv2.0.0+incompatible\th1:eee=',
  'build\t-compiler=gc',
  '',
].join('\n');

const PROGRAM = elfOf(inlineBuildInfo('go1.23.4', MODULES), { paddedTo: 300_000 });
const reader = (bytes: Buffer) => ({
  sizeBytes: bytes.length,
  readAt: (offset: number, length: number) => bytes.subarray(offset, offset + length),
});
const scan = (files: Record<string, Buffer>, mode = 0o755) =>
  runCataloger(golangCataloger, treeOf(files, mode));

describe('the Go cataloger', () => {
  it('finds modules, replacements, the main module and the standard library', () => {
    const { packages, problems } = scan({ '/usr/bin/tool': PROGRAM });
    expect(names(packages)).toEqual([
      'stdlib 1.23.4',
      'example.com/tool 1.4.0',
      'golang.org/x/net 0.16.0',
      'github.com/new/name 1.0.1',
      'github.com/big/mod 2.0.0+incompatible',
    ]);
    expect(packages[2]?.purl).toBe('pkg:golang/golang.org/x/net@0.16.0');
    expect(problems).toEqual([]);
  });

  it('leaves out a main module that was built outside of a release', () => {
    const file = elfOf(inlineBuildInfo('go1.24', 'mod\texample.com/tool\t(devel)\t\n'), {
      paddedTo: 300_000,
    });
    expect(names(scan({ '/bin/a': file }).packages)).toEqual(['stdlib 1.24']);
  });

  it('does not look at files that cannot run, are small, or have an extension of data', () => {
    expect(scan({ '/bin/a': PROGRAM }, 0o644).packages).toEqual([]);
    expect(scan({ '/bin/a': PROGRAM.subarray(0, 100_000) }).packages).toEqual([]);
    expect(scan({ '/lib/a.so': PROGRAM, '/a.py': PROGRAM, '/x.json': PROGRAM }).packages).toEqual([]);
    expect(scan({ '/bin/tool-v1.2': PROGRAM, '/bin/b.bin': PROGRAM }).packages).toHaveLength(10);
  });

  it('is silent about programs of other languages', () => {
    expect(
      scan({ '/bin/c': elfOf(Buffer.alloc(300_000)), '/bin/script': Buffer.alloc(300_000, '#!/bin/sh\n') }),
    ).toMatchObject({ packages: [], problems: [] });
  });
});

describe('readBuildInfo', () => {
  it('reads a stripped program by its writable segment', () => {
    const info = readBuildInfo(reader(elfOf(inlineBuildInfo('go1.23.4', MODULES), { isStripped: true })));
    expect(info).toMatchObject({
      goVersion: 'go1.23.4',
      main: { path: 'example.com/tool', version: 'v1.4.0' },
    });
    expect(info?.modules).toHaveLength(4);
  });

  it('reads the older form, in which the texts lie at addresses', () => {
    const info = readBuildInfo(reader(elfOf(pointedBuildInfo('go1.15.2', MODULES, DATA_ADDRESS))));
    expect(info).toMatchObject({ goVersion: 'go1.15.2', main: { path: 'example.com/tool' } });
  });

  it('gives the version alone when the module text has lost its frame', () => {
    const data = inlineBuildInfo('go1.23.4', MODULES.trimEnd());
    expect(readBuildInfo(reader(elfOf(data)))).toEqual({
      goVersion: 'go1.23.4',
      modules: [],
      isTruncated: true,
    });
  });

  it.each([0, 1, 15, 52, 64, 4096, 4110, 4128])('reads nothing from a file cut at %d bytes', (length) => {
    expect(readBuildInfo(reader(PROGRAM.subarray(0, length)))).toBeUndefined();
  });

  it('says when a cut file leaves the version only', () => {
    const cut = elfOf(inlineBuildInfo('go1.23.4', MODULES)).subarray(0, 4140);
    expect(readBuildInfo(reader(cut))).toEqual({ goVersion: 'go1.23.4', modules: [], isTruncated: true });
    const program = Buffer.from(PROGRAM);
    program.fill(0, 4200, 4260);
    program.writeUInt8(0xff, 4096 + 32 + 1 + 8);
    const { packages, problems } = scan({ '/bin/a': program });
    expect(names(packages)).toEqual(['stdlib 1.23.4']);
    expect(problems).toMatchObject([{ code: 'scan.truncated', path: '/bin/a' }]);
  });

  it('survives any damage', () => {
    const base = elfOf(inlineBuildInfo('go1.23.4', MODULES));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        (changes) => {
          const bytes = Buffer.from(base);
          for (const [at, value] of changes) bytes[at] = value;
          readBuildInfo(reader(bytes));
        },
      ),
      { seed: 71, numRuns: 400 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        (changes) => {
          const bytes = Buffer.from(elfOf(pointedBuildInfo('go1.15.2', MODULES, DATA_ADDRESS)));
          for (const [at, value] of changes) bytes[at < 64 ? at : at + 4032] = value;
          readBuildInfo(reader(bytes));
        },
      ),
      { seed: 72, numRuns: 400 },
    );
  });
});

describe('parseModules', () => {
  it('ignores a replacement without a module before it, and lines of other kinds', () => {
    expect(parseModules('=>\ta\tv1\nbuild\tx=y\n\nnonsense\n')).toEqual({ modules: [] });
  });
});
