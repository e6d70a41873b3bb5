// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { lstatSync, opendirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount } from '../procfs/mountinfo.ts';

/** What a container changed of the image it runs from, as paths in the container. */
export interface Changes {
  readonly changed: readonly string[];
  /** Of the changed ones, regular files that somebody may run. */
  readonly executable: readonly string[];
  readonly removed: readonly string[];
  /** Whether the lists hold everything. */
  readonly isComplete: boolean;
}

/** Where the overlay of a container keeps what was written; undefined when its root is no overlay that says so. */
export function upperDirectory(mounts: readonly Mount[]): string | undefined {
  // The last mount on `/` is the one that is seen.
  const root = mounts.findLast(({ target }) => target === '/');
  if (root?.filesystem !== 'overlay') return undefined;
  const option = root.options.find((one) => one.startsWith('upperdir='));
  return option === undefined || option.length <= 9 ? undefined : option.slice(9);
}

/** How far a container's own files are looked at: whoever runs in it can make any number. */
export interface ChangeLimits {
  readonly entries: number;
  readonly depth: number;
}
export const CHANGE_LIMITS: ChangeLimits = { entries: 200_000, depth: 256 };

const EXECUTABLE = 0o111;

class ChangeReader {
  readonly changed: string[] = [];
  readonly executable: string[] = [];
  readonly removed: string[] = [];
  isComplete = true;
  readonly #limits: ChangeLimits;
  #entries = 0;

  constructor(limits: ChangeLimits) {
    this.#limits = limits;
  }

  read(folder: string, path: string, depth: number): void {
    if (depth > this.#limits.depth) {
      this.isComplete = false;
      return;
    }
    try {
      const directory = opendirSync(folder);
      try {
        for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
          this.#entries += 1;
          if (this.#entries > this.#limits.entries) {
            this.isComplete = false;
            return;
          }
          this.#take(join(folder, entry.name), `${path}/${entry.name}`, depth);
        }
      } finally {
        directory.closeSync();
      }
    } catch {
      // Gone or closed to us meanwhile: what was in it is not known.
      this.isComplete = false;
    }
  }

  /** A character device 0/0 stands for a name that was removed (overlayfs, whiteouts). Links are not followed. */
  #take(place: string, path: string, depth: number): void {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      this.read(place, path, depth + 1);
      return;
    }
    if (stat.isCharacterDevice() && stat.rdev === 0) {
      this.removed.push(path);
      return;
    }
    this.changed.push(path);
    if (stat.isFile() && (stat.mode & EXECUTABLE) !== 0) this.executable.push(path);
  }
}

/** Reads what was written into an upper directory, without following a link or opening a file. */
export function readChanges(upper: string, limits: ChangeLimits = CHANGE_LIMITS): Changes {
  const reader = new ChangeReader(limits);
  reader.read(upper, '', 0);
  const { changed, executable, removed, isComplete } = reader;
  return { changed: changed.sort(), executable: executable.sort(), removed: removed.sort(), isComplete };
}
