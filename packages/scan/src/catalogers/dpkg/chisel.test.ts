// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { dpkgCataloger } from './dpkg.ts';

const LINES = [
  '{"jsonwall":"1.0","schema":"1.0","count":5}',
  '{"kind":"content","slice":"base-files_base","path":"/etc/os-release"}',
  '{"kind":"package","name":"base-files","version":"12ubuntu4.6","sha256":"x","arch":"amd64"}',
  '{"kind":"package","name":"libc6","version":"2.35-0ubuntu3.4","sha256":"x","arch":"amd64"}',
  '{"kind":"path","path":"/usr/bin/x","mode":"0755","slices":["libc6_libs"],"sha256":"x"}',
];
const UBUNTU = 'ID=ubuntu\nVERSION_ID="22.04"\n';
const manifest = zstdCompressSync(LINES.join('\n'));
const treeWith = (bytes: Buffer) =>
  treeOf({ '/etc/os-release': UBUNTU, '/var/lib/chisel/manifest.wall': bytes });

describe('chisel slices', () => {
  it('are packages of the distribution they were cut from', () => {
    const { packages, problems } = runCataloger(dpkgCataloger, treeWith(manifest));
    expect(names(packages)).toEqual(['base-files 12ubuntu4.6', 'libc6 2.35-0ubuntu3.4']);
    expect(packages[1]).toMatchObject({
      type: 'deb',
      purl: 'pkg:deb/ubuntu/libc6@2.35-0ubuntu3.4?arch=amd64',
      sourceName: 'libc6',
    });
    expect(problems).toEqual([]);
  });

  it('own their paths', () => {
    const ownership = new Map<string, string>();
    dpkgCataloger.owns?.(runCataloger(dpkgCataloger, treeWith(manifest)).context, ownership);
    expect([...ownership]).toEqual([['/usr/bin/x', 'libc6']]);
  });

  it.each([
    ['is no zstd', Buffer.from('text'), 'scan.malformed'],
    ['ends early', manifest.subarray(0, 60), 'scan.malformed'],
    ['has more lines than are read', zstdCompressSync('{}\n'.repeat(500_001)), 'scan.limit'],
    ['is a bomb', zstdCompressSync(Buffer.alloc(257 * 1024 * 1024)), 'scan.limit'],
  ])('say so when the manifest %s', (_name, bytes, code) => {
    expect(runCataloger(dpkgCataloger, treeWith(bytes)).problems).toMatchObject([
      { code, path: '/var/lib/chisel/manifest.wall' },
    ]);
  });

  it('do no harm when they are cut, changed or swollen', () =>
    expectUnharmed(dpkgCataloger, { '/var/lib/chisel/manifest.wall': manifest }));
});
