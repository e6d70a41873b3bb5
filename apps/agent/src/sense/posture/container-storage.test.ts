// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactSheet } from './fact-sheet.ts';
import { collectSetuid } from './setuid-facts.ts';

const USER = 1000;
const LENT = 100_033;

let root = '';
const put = (path: string, content = '', mode = 0o644): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
};
const putSetuid = (path: string, uid = 0, gid = uid): void => {
  put(path);
  chownSync(join(root, path), uid, gid);
  chmodSync(join(root, path), 0o4755);
};
const told = (): string[] => {
  const sheet = new FactSheet();
  collectSetuid(sheet, root, []);
  const lines: string[] = JSON.parse(sheet.facts['files.setuid-unowned'] ?? '["unknown"]');
  return lines.map((line) => line.replace(/ .*/, '')).sort();
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-storage-'));
  put('/var/lib/dpkg/info/x.list', '/usr/bin/x\n');
  put('/etc/subuid', `u:${100_000}:65536\nbroken\nw:0:1001\n`);
  put('/etc/subgid', `u:${100_000}:65536\nw:0:1001\n`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('storage of containers of root', () => {
  it.each([
    '/var/lib/docker/overlay2/a/diff',
    '/var/lib/containers/storage/overlay/a/diff',
    '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs',
    '/var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs',
    '/var/lib/rancher/rke2/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs',
    '/var/lib/k0s/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs',
    '/var/snap/microk8s/common/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs',
  ])('holds no files of the host: %s', (folder) => {
    putSetuid(`${folder}/bin/su`);
    putSetuid('/var/lib/rancher/k3s/data/su');
    expect(told()).toEqual(['/var/lib/rancher/k3s/data/su']);
  });

  it('is known where settings name it, and behind links of root', () => {
    put('/etc/docker/daemon.json', '{"data-root": "/srv//docker/"}');
    putSetuid('/srv/docker/su');
    putSetuid('/data/k3s/agent/containerd/su');
    mkdirSync(join(root, 'var/lib/rancher'));
    symlinkSync('../../../data/k3s', join(root, 'var/lib/rancher/k3s'));
    putSetuid('/data/containerd/su');
    symlinkSync('/data/containerd', join(root, 'var/lib/containerd'));
    expect(told()).toEqual([]);
  });

  it('is not what a link of a user, or one to the root, makes of other folders', () => {
    put('/etc/docker/daemon.json', '{"data-root": "/home/u/docker"}');
    putSetuid('/usr/b');
    mkdirSync(join(root, 'home/u'), { recursive: true });
    symlinkSync('/usr', join(root, 'home/u/docker'));
    symlinkSync('/', join(root, 'var/lib/docker'));
    lchownSync(join(root, 'home/u/docker'), USER, USER);
    expect(told()).toEqual(['/usr/b']);
  });
});

describe('storage of containers of a user', () => {
  const make = (path: string, marker: string, uid = USER): void => {
    mkdirSync(join(root, path, marker), { recursive: true });
    chownSync(join(root, path), uid, uid);
  };

  it.each([
    ['/home/u/.local/share/containers/storage', 'overlay'],
    ['/data/home/u/.local/share/docker', 'overlay2'],
    ['/home/u/.local/share/docker', 'containerd'],
  ])('holds no files of the host but those that give rights of others: %s', (storage, marker) => {
    make(storage, marker);
    putSetuid(`${storage}/${marker}/l/diff/bin/su`, USER);
    putSetuid(`${storage}/${marker}/l/diff/bin/at`, LENT);
    expect(told()).toEqual([]);
    putSetuid(`${storage}/${marker}/l/diff/bin/root`, 0);
    putSetuid(`${storage}/${marker}/l/diff/bin/group`, USER, 0);
    putSetuid(`${storage}/${marker}/l/diff/bin/other`, USER + 1);
    putSetuid(`${storage}/${marker}/l/diff/bin/service`, 999);
    expect(told().map((path) => path.replace(/.*\//, ''))).toEqual(['group', 'other', 'root', 'service']);
  });

  it.each([
    ['one without what storage has', '/home/u/.local/share/docker', 'x', USER],
    ['one of root', '/home/u/.local/share/docker', 'overlay2', 0],
    ['one of a service', '/home/u/.local/share/docker', 'overlay2', 999],
    ['one of another name', '/home/u/.local/share/podman', 'overlay', USER],
  ])('is no other folder: %s', (_what, folder, marker, uid) => {
    make(folder, marker, uid);
    putSetuid(`${folder}/su`, USER);
    expect(told()).toEqual([`${folder}/su`]);
  });
});
