// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readText } from '../procfs/bounded-read.ts';
import { parseMountinfo } from '../procfs/mountinfo.ts';

/** How the machine mounts its control groups. */
export interface CgroupLayout {
  readonly mode: 'v1' | 'v2' | 'hybrid' | 'unknown';
  /** Folder of the hierarchy whose directory inodes are the keys of attribution; undefined when there is none. */
  readonly keyRoot: string | undefined;
  /** Which hierarchy that is. */
  readonly keyHierarchy: 'memory' | 'unified' | 'none';
  readonly unifiedRoot: string | undefined;
}

/** Finds the layout in the mounts of a process: memory v1 gives the key where it exists, else the unified hierarchy. */
export const cgroupLayout = (mountinfo: string): CgroupLayout => {
  let memoryRoot: string | undefined;
  let unifiedRoot: string | undefined;
  let hasV1 = false;
  for (const mount of parseMountinfo(mountinfo)) {
    if (mount.filesystem === 'cgroup2') unifiedRoot ??= mount.target;
    if (mount.filesystem !== 'cgroup') continue;
    // A hierarchy that has only a name (systemd's) holds no controller and says nothing of containers.
    if (!mount.options.some((option) => option.startsWith('name='))) hasV1 = true;
    if (mount.options.includes('memory')) memoryRoot ??= mount.target;
  }
  const keyRoot = memoryRoot ?? unifiedRoot;
  return {
    mode: hasV1 ? (unifiedRoot ? 'hybrid' : 'v1') : unifiedRoot ? 'v2' : 'unknown',
    keyRoot,
    keyHierarchy: memoryRoot ? 'memory' : unifiedRoot ? 'unified' : 'none',
    unifiedRoot,
  };
};

/** The layout as this process sees it. */
export const readCgroupLayout = (procRoot = '/proc'): CgroupLayout => {
  const content = readText(`${procRoot}/self/mountinfo`, 4 * 1024 * 1024, true);
  return cgroupLayout(content.ok ? content.value : '');
};
