// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readlinkSync } from 'node:fs';
import { readObject } from '@bartizan/host';
import { below, fileText, plainLines, rightsOf } from './fact-sheet.ts';

const LINKS_MAX = 32;
/** Where engines that root runs keep images and containers unless they are told otherwise. */
const USUAL = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/rancher/k3s/agent/containerd',
  '/var/lib/rancher/rke2/agent/containerd',
  '/var/lib/k0s/containerd',
  '/var/snap/microk8s/common/var/lib/containerd',
  '/var/snap/docker/common/var-lib-docker',
];
/** Where podman and Docker keep theirs when a user runs them, and a folder that such a place has. */
const OF_USERS = /\/\.local\/share\/(containers\/storage|docker)$/;
const MARKERS = ['overlay', 'overlay2', 'fuse-overlayfs', 'vfs', 'btrfs', 'containerd'];
const USERS_FROM = 1000;

/** Who owns a file. */
interface Ids {
  readonly uid: number;
  readonly gid: number;
}

const configured = (root: string): (string | undefined)[] => [
  readObject(fileText(root, '/etc/docker/daemon.json') ?? '{}')?.text('data-root'),
  /^\s*graphroot\s*=\s*"([^"]+)"/m.exec(fileText(root, '/etc/containers/storage.conf') ?? '')?.[1],
  /^\s*root\s*=\s*["']([^"']+)["']/m.exec(fileText(root, '/etc/containerd/config.toml') ?? '')?.[1],
];

/** Only links of root count: one of a user would take another folder, such as /usr, out of sight. */
const linkAt = (root: string, path: string): string | undefined => {
  try {
    return rightsOf(root, path)?.uid === 0 ? readlinkSync(below(root, path)) : undefined;
  } catch {
    return undefined;
  }
};

/** Where a path of the host leads to, its links followed below the root of the survey. */
const targetOf = (root: string, path: string): string => {
  const names = path.split('/');
  let at = '';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const link = linkAt(root, `${at}/${name}`);
    if (name === '..') at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
    else if (link !== undefined && links < LINKS_MAX) {
      links += 1;
      names.unshift(...link.split('/'));
      if (link.startsWith('/')) at = '';
    } else if (name !== '' && name !== '.') at += `/${name}`;
  }
  return at;
};

/** Folders of images and containers of engines that root runs, also of those that `told` names. */
export const storageFolders = (root: string, told: readonly string[]): string[] =>
  [...USUAL, ...configured(root), ...told].flatMap((path) => {
    const target = path?.startsWith('/') ? targetOf(root, path) : '';
    return target === '' ? [] : [target];
  });

/** Whether a folder may be storage of containers that a user runs; `has` says which folders are in it. */
export const isStorageOfUser = (path: string, { uid }: Ids, has: (name: string) => boolean): boolean =>
  OF_USERS.test(path) && uid >= USERS_FROM && MARKERS.some(has);

/** Ranges that users may give to their containers (subuid(5)). */
const lent = (root: string, path: string): ((id: number) => boolean) => {
  const ranges = plainLines(fileText(root, path) ?? '').map((line) => line.split(':').slice(1).map(Number));
  return (id) =>
    id >= USERS_FROM && ranges.some(([first = 0, count = 0]) => id >= first && id < first + count);
};

/**
 * Whether a file in the storage of a user is of a container: its owner is that user, or one whom only containers
 * have. Any folder of a user can be made to look like storage; what gives the rights of somebody else stays told.
 */
export const ownersInStorage = (root: string): ((file: Ids, keeper: Ids) => boolean) => {
  const [isLentUser, isLentGroup] = [lent(root, '/etc/subuid'), lent(root, '/etc/subgid')];
  return (file, keeper) =>
    (file.uid === keeper.uid || isLentUser(file.uid)) && (file.gid === keeper.gid || isLentGroup(file.gid));
};
