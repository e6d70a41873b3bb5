// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { InstancePaths } from './paths.ts';
import { startTicks } from './process-mark.ts';

/** Whole data that is about to take the place of what is there. Nothing is ever made under this name. */
const nextData = (paths: InstancePaths): string => `${paths.controller}.next`;

/** A time as a part of a file name. */
export const stamp = (at = new Date()): string => at.toISOString().replaceAll(/[:.]/g, '-');

/** Name under which this process makes something that is not whole yet. */
export const unfinished = (path: string): string => `${path}.${process.pid}.new`;

/**
 * Puts whole data in the place of the data of a stopped controller, which goes to `aside`. A fragment never has the name
 * of the data: all of it is renaming, and `settleData` finishes what was cut off in between.
 */
export function replaceData(paths: InstancePaths, whole: string, aside: string): void {
  renameSync(whole, nextData(paths));
  try {
    renameSync(paths.controller, aside);
  } catch (cause) {
    renameSync(nextData(paths), whole);
    throw cause;
  }
  renameSync(nextData(paths), paths.controller);
}

/** Whether data can be renamed to the backups and back: they may lie on a disk of their own. */
export const areBackupsNear = (paths: InstancePaths): boolean =>
  statSync(paths.backups, { throwIfNoEntry: false })?.dev === statSync(paths.state).dev;

/** Where data is put aside: among the backups, or beside itself where those lie on another disk. */
export const asideOf = (paths: InstancePaths, name: string): string =>
  join(areBackupsNear(paths) ? paths.backups : paths.state, name);

/** Finishes a replacement that was cut off. Only while the controller is stopped, which must not start when this fails. */
export function settleData(paths: InstancePaths): Result<void, Failure> {
  if (!existsSync(nextData(paths))) return ok(undefined);
  try {
    if (existsSync(paths.controller)) renameSync(paths.controller, asideOf(paths, `replaced-${stamp()}`));
    renameSync(nextData(paths), paths.controller);
    return ok(undefined);
  } catch (cause) {
    return err(failure('E_STORE_IO', cause instanceof Error ? cause.message : nextData(paths), cause));
  }
}

/** Pid of who makes what has this name: a copy that is not whole, or the folder that a restore works in. */
const makerOf = (name: string): number =>
  Number(/^restore-(\d+)$|\.(\d+)\.new$/.exec(name)?.slice(1).join(''));

/** Removes what ended programs left half made, each as large as the data. */
export function removeHalfMade(paths: InstancePaths): void {
  for (const folder of [paths.state, paths.backups]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const pid = makerOf(name);
      if (pid > 0 && startTicks(pid) === undefined)
        rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
