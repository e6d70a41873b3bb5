// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { DEBIAN_12, treeOf } from '../testing/trees.ts';
import { MemoryTree } from '../tree/memory-tree.ts';
import { findOpenSearchDirectories } from './search-path.ts';
import { findSetuidFiles } from './setuid-files.ts';

const OPTIONS = { exclude: [], limits: DEFAULT_LIMITS, now: () => 0 };

const setuidTree = (): MemoryTree => {
  const tree = treeOf({
    '/etc/os-release': DEBIAN_12,
    '/var/lib/dpkg/status': 'Package: passwd\nVersion: 1\n\n',
    '/var/lib/dpkg/info/passwd.list': '/usr/bin/passwd\n/bin/su\n/usr/bin/wall\n',
  });
  tree.add('/usr/bin/passwd', 'file', { mode: 0o4755 });
  tree.add('/usr/bin/su', 'file', { mode: 0o4755 });
  tree.add('/bin/wall', 'file', { mode: 0o2755, gid: 5 });
  tree.add('/tmp/.x/shell', 'file', { mode: 0o6755, uid: 0, content: Buffer.from('x') });
  tree.add('/usr/bin/plain', 'file', { mode: 0o755 });
  tree.add('/home/a/data', 'file', { mode: 0o4644 });
  return tree;
};

describe('findSetuidFiles', () => {
  it('finds programs that run with the rights of another, and who brought them', () => {
    const { files, incomplete } = findSetuidFiles(setuidTree(), OPTIONS);
    expect(files.map((file) => [file.path, file.ownedBy ?? 'nobody', file.isSetuid, file.isSetgid])).toEqual([
      ['/bin/wall', 'passwd', false, true],
      ['/tmp/.x/shell', 'nobody', true, true],
      ['/usr/bin/passwd', 'passwd', true, false],
      ['/usr/bin/su', 'passwd', true, false],
    ]);
    expect(incomplete).toEqual([]);
  });

  it('does not look where it is told not to, and says when it could not look everywhere', () => {
    expect(
      findSetuidFiles(setuidTree(), { ...OPTIONS, exclude: ['/tmp'] }).files.map((file) => file.path),
    ).not.toContain('/tmp/.x/shell');
    expect(
      findSetuidFiles(setuidTree(), { ...OPTIONS, limits: { ...DEFAULT_LIMITS, entries: 2 } }).incomplete,
    ).toEqual(['stopped by the limit on entries']);
    expect(
      findSetuidFiles(setuidTree(), { ...OPTIONS, limits: { ...DEFAULT_LIMITS, depth: 1 } }).incomplete[0],
    ).toContain('nested too deep');
  });
});

describe('findOpenSearchDirectories', () => {
  const tree = new MemoryTree('t');
  const directory = (path: string, mode: number, owner: { uid?: number; gid?: number } = {}) =>
    tree.add(path, 'directory', { mode, ...owner });
  directory('/safe', 0o755);
  directory('/safe/bin', 0o755);
  directory('/world', 0o777);
  directory('/world/bin', 0o755);
  directory('/sticky', 0o1777);
  directory('/sticky/bin', 0o755);
  directory('/group', 0o775, { gid: 1000 });
  directory('/wheel', 0o775, { gid: 0 });
  directory('/theirs', 0o755, { uid: 1000 });
  tree.add('/link', 'link', { target: '/world' });

  it.each([
    ['/safe/bin', []],
    ['/world', ['world-writable']],
    ['/world/bin', ['world-writable']],
    ['/sticky', ['world-writable']],
    ['/sticky/bin', []],
    ['/group', ['group-writable']],
    ['/wheel', []],
    ['/theirs', ['not-owned-by-root']],
    ['/link', ['world-writable']],
    ['/absent', []],
    ['', ['empty']],
    ['bin', ['relative']],
    ['./x:/safe/bin:', ['relative', 'empty']],
    ['/world/', ['world-writable']],
    ['/', []],
  ])('judges %j as %j', (searchPath, reasons) => {
    expect(findOpenSearchDirectories(tree, searchPath).map((one) => one.reason)).toEqual(reasons);
  });

  it('names the directory on the way that is open', () => {
    expect(findOpenSearchDirectories(tree, '/world/bin')).toEqual([
      { path: '/world/bin', openPath: '/world', reason: 'world-writable', mode: 0o777, uid: 0 },
    ]);
  });

  it('looks at each directory once', () => {
    expect(findOpenSearchDirectories(tree, '/world:/world:/world')).toHaveLength(1);
  });
});
