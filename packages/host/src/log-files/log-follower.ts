// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import { ok } from '@bartizan/contracts/result';
import type { ReadFailure } from '../procfs/bounded-read.ts';
import { LineCutter } from './line-cutter.ts';
import { type FileMark, LogFile, rotatedFiles } from './log-file.ts';
import { type LogFiles, PLAIN_FILES } from './log-files.ts';

/** Where a reader stands: which file, and after which whole line. */
export interface LogPlace {
  readonly mark: FileMark;
  /** Device and inode: tells an empty file, which has no beginning yet. */
  readonly identity: string;
  readonly offset: number;
}

/** What one reading gave. */
export interface LogRead {
  /** Undefined stands for a line that was too long. */
  readonly lines: readonly (Buffer | undefined)[];
  /** Whether there is more to read at once. */
  readonly isMore: boolean;
}

/** What happened to the file since it is followed. */
export interface LogCounts {
  readonly rotations: number;
  readonly gaps: number;
  readonly skippedBytes: number;
}

interface Options {
  readonly path: string;
  /** How its files are reached; absent: as this process sees them. */
  readonly files?: LogFiles;
  /** Where an earlier run stood. */
  readonly place?: LogPlace | undefined;
  /** Of a file that was never read, so many of its last bytes are; what is before them is passed over and counted. */
  readonly firstBytesMax: number;
  readonly lineBytesMax: number;
}

interface Place {
  readonly file: LogFile;
  /** Up to where it was read. */
  offset: number;
  /** Whether the path still leads to it, and it may grow. */
  isLive: boolean;
}

/** Whether a file is the one that was read up to a place, under whatever name. */
const isAt = (file: LogFile, { mark, identity, offset }: LogPlace): boolean =>
  mark.bytes === 0 ? file.identity === identity : file.begins(mark) && file.size() >= offset;

/**
 * Follows a log file that grows, over rotation by rename, by copy and truncation, and over restarts: each line once and
 * in order. Files are known by how they begin, so a rotated one is found under its new name. What was rotated away and
 * cannot be found is counted as a gap, never passed over silently.
 */
export class LogFollower {
  readonly #options: Options;
  readonly #files: LogFiles;
  readonly #cutter: LineCutter;
  readonly #counts = { rotations: 0, gaps: 0, skippedBytes: 0 };
  #kept: LogPlace | undefined;
  /** The end of what was left last, for as long as nothing is open. */
  #done: LogPlace | undefined;
  #at: Place | undefined;
  /** Rotated files that are read before the live one. */
  #queue: string[] = [];
  /** The rest of a line whose beginning was passed over. */
  #isInsideLine = false;
  #hasBegun = false;

  constructor(options: Options) {
    this.#options = options;
    this.#files = options.files ?? PLAIN_FILES;
    this.#kept = options.place;
    this.#cutter = new LineCutter(options.lineBytesMax);
  }

  /** Reads on, at most so many bytes. A failure: there is no file, or it may not be read. */
  read(maxBytes: number): Result<LogRead, ReadFailure> {
    const opened = this.#at === undefined ? this.#openNext() : ok(undefined);
    if (!opened.ok) return opened;
    const at = this.#at;
    if (at === undefined) return ok({ lines: [], isMore: false });
    if (at.isLive && this.#wasCut(at)) return this.#afterCut(at);
    // Asked before reading: what was written until then is read, also when the name leads elsewhere by now.
    const isElsewhere = !at.isLive || this.#isElsewhere(at);
    const chunk = at.file.read(at.offset, maxBytes);
    at.offset += chunk.length;
    // The mark of a file that was short grows with what was read.
    if (at.isLive && chunk.length > 0) at.file.isSame();
    const lines = this.#cut(chunk);
    if (chunk.length === maxBytes) return ok({ lines, isMore: true });
    if (!isElsewhere) return ok({ lines, isMore: false });
    return this.#finish(at, lines);
  }

  /** Where reading has to begin to get each line once that was not given yet. */
  place(): LogPlace | undefined {
    if (this.#at === undefined) return this.#kept ?? this.#done;
    return this.#placeOf(this.#at);
  }

  counts(): LogCounts {
    return this.#counts;
  }

  /** What lies in the file that is read, and is not read yet. */
  behindBytes(): number {
    return this.#at === undefined ? 0 : Math.max(0, this.#at.file.size() - this.#at.offset);
  }

  close(): void {
    this.#kept = this.place();
    this.#at?.file.close();
    this.#at = undefined;
  }

  #placeOf({ file, offset }: Place): LogPlace {
    return { mark: file.mark, identity: file.identity, offset: offset - this.#cutter.openBytes };
  }

  #cut(chunk: Buffer): (Buffer | undefined)[] {
    const lines = this.#cutter.push(chunk);
    if (this.#isInsideLine && lines.length > 0) {
      lines.shift();
      this.#isInsideLine = false;
    }
    return lines;
  }

  #isElsewhere({ file }: Place): boolean {
    const there = this.#files.identity(this.#options.path);
    return there !== undefined && there !== file.identity;
  }

  /** Whether the file has lost what was read of it: truncated, or written anew. */
  #wasCut({ file, offset }: Place): boolean {
    return file.size() < offset || !file.isSame();
  }

  /** A file that was copied and truncated: its rest is in the copy. */
  #afterCut(at: Place): Result<LogRead, ReadFailure> {
    this.#counts.rotations += 1;
    this.#leave(at);
    if (this.#done !== undefined) this.#resume(this.#done);
    return ok({ lines: [], isMore: true });
  }

  /** A file that was renamed and is read to its end. */
  #finish(at: Place, lines: (Buffer | undefined)[]): Result<LogRead, ReadFailure> {
    const rest = this.#cutter.openBytes > 0 ? [this.#cutter.end()] : [];
    // Looked at again after each file: the log may have been rotated meanwhile.
    const { newer, missed } = at.file.successors(this.#options.path, this.#files);
    this.#counts.rotations += Math.max(0, newer.length - this.#queue.length) + (at.isLive ? 1 : 0);
    this.#counts.gaps += missed;
    this.#queue = [...newer];
    this.#leave(at);
    return ok({ lines: [...lines, ...rest], isMore: true });
  }

  #leave(at: Place): void {
    this.#done = this.#placeOf(at);
    at.file.close();
    this.#at = undefined;
    this.#cutter.end();
    this.#isInsideLine = false;
  }

  #openNext(): Result<void, ReadFailure> {
    if (this.#kept !== undefined) {
      const kept = this.#kept;
      const live = LogFile.open(this.#options.path, this.#files);
      if (!live.ok) return live;
      this.#hasBegun = true;
      if (isAt(live.value, kept)) {
        this.#at = { file: live.value, offset: kept.offset, isLive: true };
        return ok(undefined);
      }
      live.value.close();
      this.#counts.rotations += 1;
      this.#kept = undefined;
      this.#resume(kept);
      if (this.#at !== undefined) return ok(undefined);
    }
    for (let path = this.#queue.shift(); path !== undefined; path = this.#queue.shift()) {
      const file = LogFile.open(path, this.#files);
      if (!file.ok) {
        // It was removed, or compressed, since it was found.
        this.#counts.gaps += 1;
        continue;
      }
      this.#at = { file: file.value, offset: 0, isLive: false };
      return ok(undefined);
    }
    return this.#openLive();
  }

  #openLive(): Result<void, ReadFailure> {
    const live = LogFile.open(this.#options.path, this.#files);
    if (!live.ok) return live;
    const offset = this.#hasBegun ? 0 : Math.max(0, live.value.size() - this.#options.firstBytesMax);
    this.#hasBegun = true;
    this.#counts.skippedBytes += offset;
    this.#isInsideLine = offset > 0 && live.value.read(offset - 1, 1)[0] !== 0x0a;
    this.#at = { file: live.value, offset, isLive: true };
    return ok(undefined);
  }

  /** Goes on in the rotated file that has what was read so far, and then in those that are newer. */
  #resume(place: LogPlace): void {
    const rotated = rotatedFiles(this.#options.path, this.#files);
    for (const [index, { path }] of rotated.entries()) {
      const file = LogFile.open(path, this.#files);
      if (!file.ok) continue;
      if (isAt(file.value, place)) {
        this.#at = { file: file.value, offset: place.offset, isLive: false };
        this.#queue = rotated.slice(index + 1).map((one) => one.path);
        this.#counts.rotations += this.#queue.length;
        return;
      }
      file.value.close();
    }
    this.#counts.gaps += 1;
  }
}
