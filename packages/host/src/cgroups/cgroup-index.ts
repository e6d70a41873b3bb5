// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, statSync } from 'node:fs';
import { readText } from '../procfs/bounded-read.ts';
import type { CgroupMembership } from '../procfs/cgroup-file.ts';
import type { CgroupLayout } from './layout.ts';

/** The map between ids and paths of control groups: from the tree at start, then from events. */
export interface CgroupIndex {
  readonly layout: CgroupLayout;
  readonly pathOf: (id: string) => string | undefined;
  /** The id of a path: the inode of its folder. Asks the file system when it is not known yet. */
  readonly idOf: (path: string) => string | undefined;
  /** Processes that are in the group itself now, the oldest few; none when it has ended. */
  readonly processesIn: (path: string) => number[];
  /** Path of a process in the key hierarchy. */
  readonly pathOfMembership: (membership: CgroupMembership) => string | undefined;
  readonly created: (id: string, path: string) => void;
  /** The group has ended; its path stays known a while, for events that are still under way. */
  readonly removed: (id: string) => void;
  /** Walks the tree again and adds what is new. */
  readonly walk: () => void;
  readonly size: () => number;
}

const MAX_GROUPS = 100_000;
const MAX_DEPTH = 24;
const KEEP_REMOVED = 10_000;
/** Of cgroup.procs so much is read (cgroups(7)): enough for some numbers. */
const PROCESSES_BYTES = 256;
const PROCESSES_MAX = 8;

const inodeOf = (folder: string): string | undefined => {
  try {
    const entry = statSync(folder, { bigint: true });
    return entry.isDirectory() ? String(entry.ino) : undefined;
  } catch {
    return undefined;
  }
};

/** Numbers in the first lines of cgroup.procs; one that was cut off is left. 0 is a process of another namespace. */
const processesIn = (folder: string): number[] => {
  const content = readText(`${folder}/cgroup.procs`, PROCESSES_BYTES, true);
  if (!content.ok) return [];
  return content.value
    .split('\n')
    .slice(0, -1)
    .map(Number)
    .filter((pid) => Number.isSafeInteger(pid) && pid > 0)
    .slice(0, PROCESSES_MAX);
};

/** Opens the index of a layout and walks the tree once. */
export const openCgroupIndex = (layout: CgroupLayout): CgroupIndex => {
  const paths = new Map<string, string>();
  const ids = new Map<string, string>();
  const removedOrder: string[] = [];
  const add = (id: string, path: string): void => {
    if (paths.size >= MAX_GROUPS + KEEP_REMOVED) return;
    paths.set(id, path);
    ids.set(path, id);
  };
  const walkFolder = (relative: string, depth: number): void => {
    if (depth > MAX_DEPTH || paths.size >= MAX_GROUPS || layout.keyRoot === undefined) return;
    const folder = layout.keyRoot + relative;
    const id = inodeOf(folder);
    if (id === undefined) return;
    add(id, relative === '' ? '/' : relative);
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) walkFolder(`${relative}/${entry.name}`, depth + 1);
      }
    } catch {
      // The group ended while it was read: what was found until then is kept.
    }
  };
  const idOf = (path: string): string | undefined => {
    if (layout.keyRoot === undefined || !path.startsWith('/') || path.includes('/../')) return undefined;
    // A path can be made again with another id: the folder, when it is there, decides.
    const id = inodeOf(layout.keyRoot + path) ?? ids.get(path);
    if (id !== undefined && paths.get(id) !== path) add(id, path);
    return id;
  };
  walkFolder('', 0);
  return {
    layout,
    pathOf: (id) => paths.get(id),
    idOf,
    processesIn: (path) =>
      layout.keyRoot === undefined || !path.startsWith('/') || path.includes('/../')
        ? []
        : processesIn(layout.keyRoot + path),
    pathOfMembership: (membership) =>
      layout.keyHierarchy === 'memory' ? membership.controllers.get('memory') : membership.unified,
    created: add,
    removed: (id) => {
      removedOrder.push(id);
      if (removedOrder.length <= KEEP_REMOVED) return;
      const oldest = removedOrder.shift();
      const path = oldest === undefined ? undefined : paths.get(oldest);
      if (oldest !== undefined) paths.delete(oldest);
      if (path !== undefined && ids.get(path) === oldest) ids.delete(path);
    },
    walk: () => walkFolder('', 0),
    size: () => paths.size,
  };
};
