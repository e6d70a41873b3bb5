// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Ownership, ScanLimits } from '../catalogers/cataloger.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { detectDistribution } from '../distribution/os-release.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { walk } from '../tree/walk.ts';

/** A program that runs with the rights of its owner or group. */
export interface SetuidFile {
  readonly path: string;
  readonly isSetuid: boolean;
  readonly isSetgid: boolean;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** The distribution package it belongs to; undefined: nobody's, which is the finding. */
  readonly ownedBy?: string;
}

/** What was found, and whether everything could be looked at. */
export interface SetuidFiles {
  readonly files: readonly SetuidFile[];
  /** Reasons why there may be more. */
  readonly incomplete: readonly string[];
}

/** How far to look. */
export interface SetuidOptions {
  readonly exclude: readonly string[];
  readonly limits: ScanLimits;
  readonly now: () => number;
}

const SETUID = 0o4000;
const SETGID = 0o2000;
const EXECUTABLE = 0o111;
const MAX_FILES = 10_000;

/** Paths that distribution packages own in a tree. */
const readOwnership = (tree: FileTree, options: Pick<SetuidOptions, 'limits' | 'now'>): Ownership => {
  const ownership: Ownership = new Map();
  const context: CatalogContext = {
    tree,
    distribution: detectDistribution(tree),
    limits: options.limits,
    now: options.now,
    deadlineMs: options.now() + options.limits.timeMs,
    problem: () => undefined,
  };
  for (const cataloger of CATALOGERS) cataloger.owns?.(context, ownership);
  return ownership;
};

/** The package that owns a path, also where /bin, /sbin and /lib became links into /usr and the lists still say the old path. */
const ownerOf = (path: string, ownership: Ownership): string | undefined =>
  ownership.get(path) ??
  (path.startsWith('/usr/') ? ownership.get(path.slice(4)) : ownership.get(`/usr${path}`));

/** Finds executables with the setuid or setgid bit, and who brought them. */
export const findSetuidFiles = (tree: FileTree, options: SetuidOptions): SetuidFiles => {
  const ownership = readOwnership(tree, options);
  const files: SetuidFile[] = [];
  let unreadable = 0;
  const outcome = walk(
    tree,
    {
      exclude: options.exclude,
      maxEntries: options.limits.entries,
      maxDepth: options.limits.depth,
      isOneFileSystem: false,
      deadlineMs: options.now() + options.limits.timeMs,
      now: options.now,
    },
    (file) => {
      const stat = file.stat();
      if (stat === undefined) {
        unreadable += 1;
        return;
      }
      if (
        (stat.mode & (SETUID | SETGID)) === 0 ||
        (stat.mode & EXECUTABLE) === 0 ||
        files.length >= MAX_FILES
      )
        return;
      const ownedBy = ownerOf(file.path, ownership);
      files.push({
        path: file.path,
        isSetuid: (stat.mode & SETUID) !== 0,
        isSetgid: (stat.mode & SETGID) !== 0,
        uid: stat.uid,
        gid: stat.gid,
        mode: stat.mode,
        ...(ownedBy === undefined ? {} : { ownedBy }),
      });
    },
  );
  const incomplete = [
    ...(outcome.stoppedBy === undefined ? [] : [`stopped by the limit on ${outcome.stoppedBy}`]),
    ...(outcome.tooDeep === 0 ? [] : [`${outcome.tooDeep} directories are nested too deep`]),
    ...outcome.unreadable.map((path) => `cannot list ${path}`),
    ...(unreadable === 0 ? [] : [`${unreadable} files went away or cannot be looked at`]),
    ...(files.length < MAX_FILES ? [] : [`more than ${MAX_FILES} such files`]),
  ];
  return { files, incomplete };
};
