// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, constants, fstatSync, opendirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { type ReadFailure, readFailure } from '../procfs/bounded-read.ts';

/** A file that a rotation left. */
export interface EarlierFile {
  readonly path: string;
  readonly writtenAtMs: number;
}

/** How a follower reaches files: by the paths of this process, or below a root that no link leads out of. */
export interface LogFiles {
  /** Descriptor of a regular file for reading, which the caller closes. Others are refused: a pipe would wait. */
  readonly open: (path: string) => Result<number, ReadFailure>;
  /** Device and inode that a path leads to; undefined: nothing. */
  readonly identity: (path: string) => string | undefined;
  /** Regular files in the folder of a path whose names are wanted. */
  readonly beside: (path: string, isWanted: (name: string) => boolean) => EarlierFile[];
}

/** Most entries of a folder that are looked at. */
export const LOG_ENTRIES_MAX = 4096;
/** Most files of one log that are found beside it. */
export const LOG_SIBLINGS_MAX = 256;

function openPlain(path: string): Result<number, ReadFailure> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (fstatSync(descriptor).isFile()) return ok(descriptor);
    closeSync(descriptor);
    return err({ kind: 'malformed', path });
  } catch (thrown) {
    if (descriptor !== undefined) closeSync(descriptor);
    return err(readFailure(path, thrown));
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function filesBeside(path: string, isWanted: (name: string) => boolean): EarlierFile[] {
  const folder = dirname(path);
  const found: EarlierFile[] = [];
  try {
    const directory = opendirSync(folder);
    try {
      for (let looked = 0; looked < LOG_ENTRIES_MAX && found.length < LOG_SIBLINGS_MAX; looked += 1) {
        const entry = directory.readSync();
        if (entry === null) break;
        if (!entry.isFile() || !isWanted(entry.name)) continue;
        const one = join(folder, entry.name);
        found.push({ path: one, writtenAtMs: statSync(one).mtimeMs });
      }
    } finally {
      directory.closeSync();
    }
  } catch {
    // A folder that is gone, or changes while it is looked at: what was found until then is what there is.
  }
  return found;
}

/** Files by the paths of this process, whatever links there are. */
export const PLAIN_FILES: LogFiles = { open: openPlain, identity: identityOf, beside: filesBeside };
