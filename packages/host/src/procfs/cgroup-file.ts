// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Where a process stands in the cgroup hierarchies: the content of /proc/PID/cgroup (cgroups(7)). */
export interface CgroupMembership {
  /** Path in the unified hierarchy (v2); undefined when there is none. */
  readonly unified: string | undefined;
  /** Path per v1 controller. */
  readonly controllers: ReadonlyMap<string, string>;
}

/** Reads the file; lines that are not of the form are passed over. */
export const parseCgroupFile = (content: string): CgroupMembership => {
  const controllers = new Map<string, string>();
  let unified: string | undefined;
  for (const line of content.split('\n', 64)) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (first < 1 || second < 0) continue;
    const path = line.slice(second + 1, second + 1 + 4096);
    if (!path.startsWith('/')) continue;
    const names = line.slice(first + 1, second);
    if (names === '') unified = path;
    else for (const name of names.split(',', 16)) controllers.set(name, path);
  }
  return { unified, controllers };
};

/** The path that names a process's container: the memory controller's, else the unified one, else any other. */
export const containerPath = (membership: CgroupMembership): string | undefined =>
  membership.controllers.get('memory') ?? membership.unified ?? membership.controllers.values().next().value;
