// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mount } from '@bartizan/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setIdFiles } from './setid-walk.ts';

let root = '';
const put = (path: string | Buffer, mode = 0o4755): void => {
  const place = Buffer.concat([Buffer.from(root), Buffer.from(path)]);
  mkdirSync(place.subarray(0, place.lastIndexOf('/')), { recursive: true });
  writeFileSync(place, '');
  chmodSync(place, mode);
};
const mount = (target: string, filesystem: string, options: readonly string[] = ['rw']): Mount => ({
  device: '0:1',
  root: '/',
  target,
  readOnly: false,
  filesystem,
  source: 'x',
  options,
});
const found = (mounts: readonly Mount[] | undefined = [], skipped: readonly string[] = []) => {
  const { files, unseen } = setIdFiles(root, { mounts, skipped });
  return { paths: files.map(({ path }) => path).sort(), unseen };
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-setid-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('set-id files', () => {
  it('are found by names of any bytes, and below folders of such names', () => {
    put(Buffer.from('/opt/\xffx', 'latin1'));
    put(Buffer.from('/usr/local/lib/\xfe/b', 'latin1'));
    put('/usr/日本');
    put('/usr/plain', 0o2755);
    put('/usr/not', 0o755);
    expect(found()).toEqual({
      paths: ['/opt/\\xffx', '/usr/local/lib/\\xfe/b', '/usr/plain', '/usr/日本'],
      unseen: [],
    });
  });

  it('are not looked for in folders that are left out, whatever their names', () => {
    put('/data/docker/su');
    put('/data/画像/su');
    expect(found([], ['/data/docker', '/data/画像'])).toEqual({ paths: [], unseen: [] });
  });
});

describe('a walk with bounds', () => {
  const bounded = (mounts: readonly Mount[], entriesMax: { each: number; all: number }) => {
    const { files, unseen } = setIdFiles(root, { mounts, skipped: [], entriesMax });
    return { paths: files.map(({ path }) => path).sort(), unseen };
  };
  const fill = (folder: string): void => {
    for (let index = 0; index < 30; index += 1) put(`${folder}/${index}`, 0o644);
  };

  it('gives each file system its own, and the root comes first', () => {
    // Names are listed in any order: one disk each would come before and behind.
    for (const disk of ['/a', '/data', '/z']) fill(disk);
    put('/usr/bin/x');
    put('/opt/x');
    const stopped = { paths: ['/opt/x', '/usr/bin/x'], unseen: expect.any(Array) };
    const disks = ['/a', '/data', '/z'].map((target) => mount(target, 'ext4'));
    expect(bounded(disks, { each: 20, all: 1000 })).toEqual(stopped);
    expect(bounded(disks, { each: 20, all: 20 })).toEqual(stopped);
    expect(bounded(disks, { each: 20, all: 1000 }).unseen.toSorted()).toEqual(
      ['/a', '/data', '/z'].map((disk) => expect.stringContaining(`of ${disk} was stopped`)),
    );
    expect(bounded(disks, { each: 40, all: 1000 }).unseen).toEqual([]);
  });

  it('looks at programs before all else of the root', () => {
    for (const folder of ['/a', '/home/u', '/z']) fill(folder);
    put('/usr/bin/x');
    put('/opt/x');
    expect(bounded([], { each: 20, all: 1000 })).toEqual({
      paths: ['/opt/x', '/usr/bin/x'],
      unseen: [expect.stringContaining('of / was stopped')],
    });
    expect(bounded([mount('/opt', 'xfs'), mount('/a', 'xfs')], { each: 80, all: 75 }).paths).toContain(
      '/opt/x',
    );
  });

  it('leaves out what lies too deep, and nothing else', () => {
    const deep = '/d'.repeat(65);
    for (const top of ['/a', '/m', '/z']) put(`${top}${deep}/x`);
    put('/m/x');
    expect(found()).toEqual({ paths: ['/m/x'], unseen: [expect.stringContaining('deeper than 64')] });
  });
});

describe('what users and networks have mounted', () => {
  it.each([
    ['fuse.sshfs', ['rw', 'nosuid', 'nodev'], []],
    ['nfs4', ['rw', 'nosuid'], []],
    ['fuse.sshfs', ['rw'], ['/home/u/far (fuse.sshfs) is not walked']],
    ['nfs4', ['rw'], ['/home/u/far (nfs4) is not walked']],
  ])('is not even asked: %s %j', (filesystem, options, unseen) => {
    put('/home/u/far/x');
    expect(found([mount('/home/u/far', filesystem, options)])).toEqual({ paths: [], unseen });
  });

  it('is walked where it is the file system of the root itself', () => {
    put('/home/x');
    expect(found([mount('/', '9p'), mount('/home', '9p')])).toEqual({ paths: ['/home/x'], unseen: [] });
  });
});

/** /dev stands for the host here: what is mounted at /dev/shm is a file system of its own on every Linux. */
describe('other file systems of the host', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync('/dev/shm/bartizan-setid-');
    writeFileSync(join(folder, 'b'), '');
    chmodSync(join(folder, 'b'), 0o4755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Whether the file in there is found, and whether its file system is told as not looked at. */
  const look = (mounts: readonly Mount[] | undefined): { isFound: boolean; isUnseen: boolean } => {
    const { files, unseen } = setIdFiles('/dev', { mounts, skipped: [] });
    const path = join(folder, 'b').slice('/dev'.length);
    return {
      isFound: files.some((one) => one.path === path),
      isUnseen: unseen.some((one) => one.startsWith('/shm ')),
    };
  };

  it.each([
    ['a disk', [mount('/shm', 'ext4')], true, false],
    ['a subvolume, which is no mount', [], true, false],
    ['one that keeps no set-id bits', [mount('/shm', 'ext4', ['rw', 'nosuid'])], false, false],
    ['an image', [mount('/shm', 'squashfs')], false, false],
    ['one of a network, which is not walked', [mount('/shm', 'nfs4')], false, true],
    ['one of a network without such bits', [mount('/shm', 'nfs4', ['nosuid'])], false, false],
    ['one where mounts are not known', undefined, false, true],
  ] as const)('count by what they are: %s', (_what, mounts, isFound, isUnseen) => {
    expect(look(mounts)).toEqual({ isFound, isUnseen });
  });
});
