// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RuntimeMount } from '@bartizan/host';
import type { DirectoryTree } from '@bartizan/scan/tree';
import { isBelow, withoutVar } from './container-mounts.ts';

const SOCKET_NAMES = /(docker|dockerd|containerd|crio|podman|dockershim)\.sock$/;

const joined = (folder: string, rest: string): string => (folder === '/' ? `/${rest}` : `${folder}/${rest}`);

/** Sockets of runtimes by their names, directly in a folder of the container. */
const namedIn = (tree: DirectoryTree, folder: string): string[] => {
  const entries = tree.list(folder);
  return (entries.ok ? entries.value : [])
    .filter(({ name, kind }) => kind === 'other' && SOCKET_NAMES.test(name))
    .map(({ name }) => name);
};

/**
 * Sockets of container runtimes that a container can connect to, as "source -> target": mounted themselves, or with a
 * folder above them. A mount that is read-only keeps nobody from connecting.
 */
export const socketsIn = (
  tree: DirectoryTree,
  mounts: readonly RuntimeMount[],
  known: readonly string[],
): string[] => {
  const found = new Map<string, string>();
  const add = (source: string, target: string): void => {
    const key = withoutVar(target);
    if (!found.has(key)) found.set(key, `${source} -> ${target}`);
  };
  for (const { source, target } of mounts) {
    if (SOCKET_NAMES.test(source) || SOCKET_NAMES.test(target)) {
      add(source, target);
      continue;
    }
    const folder = withoutVar(source);
    for (const socket of known.map(withoutVar).filter((one) => isBelow(one, folder))) {
      const place =
        socket === folder ? target : joined(target, socket.slice(folder === '/' ? 1 : folder.length + 1));
      const entry = tree.stat(place);
      if (entry.ok && entry.value.kind === 'other') add(socket, place);
    }
    if (!isBelow(folder, '/run')) continue;
    for (const name of namedIn(tree, target)) add(joined(source, name), joined(target, name));
  }
  for (const folder of ['/run', '/var/run'])
    for (const name of namedIn(tree, folder)) add('?', `${folder}/${name}`);
  return [...found.values()];
};
