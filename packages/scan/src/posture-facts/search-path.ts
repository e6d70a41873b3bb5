// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FileTree, joinPath, parentPath } from '../tree/file-tree.ts';

/** A directory of a search path in which more people than root can put programs. */
export interface OpenSearchDirectory {
  /** The directory as the search path names it. */
  readonly path: string;
  /** The directory on the way to it that is open. */
  readonly openPath: string;
  readonly reason: 'world-writable' | 'group-writable' | 'not-owned-by-root' | 'relative' | 'empty';
  readonly mode?: number;
  readonly uid?: number;
}

/** The search path of a login when nothing else is set. */
export const DEFAULT_SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const MAX_DIRECTORIES = 200;
const WORLD_WRITABLE = 0o002;
const GROUP_WRITABLE = 0o020;
const STICKY = 0o1000;

const judge = (tree: FileTree, path: string, openPath: string): OpenSearchDirectory | undefined => {
  const stat = tree.stat(openPath);
  if (!stat.ok || stat.value.kind !== 'directory') return undefined;
  const { mode, uid, gid } = stat.value;
  // The sticky bit keeps others from replacing a directory on the way, but not from adding programs at its end.
  const isEnd = path === openPath;
  const isWorldWritable = (mode & WORLD_WRITABLE) !== 0 && (isEnd || (mode & STICKY) === 0);
  const isGroupWritable = (mode & GROUP_WRITABLE) !== 0 && gid !== 0 && (isEnd || (mode & STICKY) === 0);
  if (isWorldWritable) return { path, openPath, reason: 'world-writable', mode, uid };
  if (isGroupWritable) return { path, openPath, reason: 'group-writable', mode, uid };
  return uid === 0 ? undefined : { path, openPath, reason: 'not-owned-by-root', mode, uid };
};

/** The directory itself and each one above it: who can write to a parent can replace the child. */
const wayTo = (path: string): string[] => {
  const way = [path];
  for (let at = path; at !== '/'; at = parentPath(at)) way.push(parentPath(at));
  return way;
};

/** Names the directories of a search path that anyone but root can change. Directories that do not exist are no finding. */
export const findOpenSearchDirectories = (
  tree: FileTree,
  searchPath: string = DEFAULT_SEARCH_PATH,
): readonly OpenSearchDirectory[] => {
  const found: OpenSearchDirectory[] = [];
  for (const entry of new Set(searchPath.split(':').slice(0, MAX_DIRECTORIES))) {
    if (entry === '') found.push({ path: '', openPath: '', reason: 'empty' });
    else if (!entry.startsWith('/')) found.push({ path: entry, openPath: entry, reason: 'relative' });
    else {
      const path =
        entry.length > 1
          ? joinPath(parentPath(entry.replace(/\/+$/, '')), entry.replace(/\/+$/, '').split('/').at(-1) ?? '')
          : entry;
      const open = wayTo(path)
        .map((step) => judge(tree, path, step))
        .find((one) => one !== undefined);
      if (open !== undefined) found.push(open);
    }
  }
  return found;
};
