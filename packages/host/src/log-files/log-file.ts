// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import type { Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { type ReadFailure, readFailure } from '../procfs/bounded-read.ts';
import type { EarlierFile, LogFiles } from './log-files.ts';

/** The beginning of a file: it says which one it is, whatever its name and inode have become. */
export interface FileMark {
  readonly bytes: number;
  readonly sha256: string;
}

/** Lines of logs differ within so many bytes: the first has a time and an id. */
const MARK_BYTES = 256;

/** So much of a compressed file holds more than a mark. */
const PACKED_HEAD_BYTES = 1024;
/** Logs of API servers are written to more often than this. */
const PAUSE_MS = 10_000;

/** What came after a file of a log. */
export interface Successors {
  /** Earlier files that are newer than it, the oldest first. */
  readonly newer: readonly string[];
  /** Files between it and the next that can be read: compressed or removed. One, where it cannot be told how many. */
  readonly missed: number;
}

/** A log file that is open. */
export class LogFile {
  readonly identity: string;
  readonly #descriptor: number;
  #mark: FileMark;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    this.identity = `${dev}:${ino}`;
    this.#mark = this.#markOf(MARK_BYTES);
  }

  /** Opens a file. */
  static open(path: string, files: LogFiles): Result<LogFile, ReadFailure> {
    const opened = files.open(path);
    if (!opened.ok) return opened;
    try {
      return ok(new LogFile(opened.value));
    } catch (thrown) {
      closeSync(opened.value);
      return err(readFailure(path, thrown));
    }
  }

  get mark(): FileMark {
    return this.#mark;
  }

  size(): number {
    return fstatSync(this.#descriptor).size;
  }

  writtenAtMs(): number {
    return fstatSync(this.#descriptor).mtimeMs;
  }

  /** What came after this file, which may be an earlier one of the log by now. */
  successors(path: string, files: LogFiles): Successors {
    const rotated = rotatedFiles(path, files);
    const own = rotated.findIndex((one) => files.identity(one.path) === this.identity);
    const writtenAtMs = this.writtenAtMs();
    const newer = own >= 0 ? rotated.slice(own + 1) : rotated.filter((one) => one.writtenAtMs > writtenAtMs);
    const [next] = newer;
    const packed = packedFiles(path, files, rotated);
    const ownPacked = own >= 0 ? undefined : packed.find((one) => this.#isPackedIn(one.path, files));
    const between = packed.filter(
      (one) =>
        one !== ownPacked &&
        one.writtenAtMs > writtenAtMs &&
        one.writtenAtMs < (next?.writtenAtMs ?? Infinity),
    );
    const isKnown = own >= 0 || ownPacked !== undefined || between.length > 0;
    const missed = isKnown || this.#endsWhereBegins(next?.path ?? path, files) ? between.length : 1;
    return { newer: newer.map((one) => one.path), missed };
  }

  /** Bytes from an offset on; fewer at the end of the file. */
  read(offset: number, length: number): Buffer {
    const target = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.#descriptor, target, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return target.subarray(0, filled);
  }

  /** Whether the file begins as a mark says. */
  begins(mark: FileMark): boolean {
    const now = this.#markOf(mark.bytes);
    return now.bytes === mark.bytes && now.sha256 === mark.sha256;
  }

  /** Whether it still begins as it did; the mark of a short file grows with it. */
  isSame(): boolean {
    if (!this.begins(this.#mark)) return false;
    if (this.#mark.bytes < MARK_BYTES) this.#mark = this.#markOf(MARK_BYTES);
    return true;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Whether a compressed file holds this one. */
  #isPackedIn(path: string, files: LogFiles): boolean {
    const { bytes, sha256 } = this.#mark;
    const opened = bytes === 0 ? undefined : LogFile.open(path, files);
    if (opened?.ok !== true) return false;
    try {
      const head = gunzipSync(opened.value.read(0, PACKED_HEAD_BYTES), {
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      return createHash('sha256').update(head.subarray(0, bytes)).digest('hex') === sha256;
    } catch {
      return false;
    } finally {
      opened.value.close();
    }
  }

  /** Whether a file was begun when the last was written to this one: nothing was between them. */
  #endsWhereBegins(path: string, files: LogFiles): boolean {
    const opened = LogFile.open(path, files);
    if (!opened.ok) return false;
    const { birthtimeMs } = fstatSync(opened.value.#descriptor);
    opened.value.close();
    return birthtimeMs > 0 && birthtimeMs - this.writtenAtMs() < PAUSE_MS;
  }

  #markOf(bytes: number): FileMark {
    const head = this.read(0, bytes);
    return { bytes: head.length, sha256: createHash('sha256').update(head).digest('hex') };
  }
}

/** Names that a rotation gives: `audit-2026-11-29T00-47-25.123.log`, `audit.log.1`, `audit.log-20261129`. */
function isRotated(name: string, base: string): boolean {
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  const isNumbered = name.startsWith(`${base}.`) || name.startsWith(`${base}-`);
  if (isNumbered && /^\d{1,14}$/.test(name.slice(base.length + 1))) return true;
  return (
    name.startsWith(`${stem}-`) &&
    name.endsWith(extension) &&
    /^\d{4}-\d\d-\d\dT[\d.-]{8,16}$/.test(name.slice(stem.length + 1, name.length - extension.length))
  );
}

const PACKED = /\.(?:gz|zst|xz|bz2)$/;
const WHEN = /-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d(?:\.\d{1,3})?)\b/;

/**
 * Earlier files that are there compressed only. Compressing may give a file another time: where the name tells when it was
 * rotated, that counts.
 */
function packedFiles(path: string, files: LogFiles, plain: readonly EarlierFile[]): EarlierFile[] {
  const base = basename(path);
  const paths = new Set(plain.map((one) => one.path));
  return files
    .beside(path, (name) => PACKED.test(name) && isRotated(name.replace(PACKED, ''), base))
    .filter((one) => !paths.has(one.path.replace(PACKED, '')))
    .map((one) => {
      const [, day, hour, minute, second] = WHEN.exec(basename(one.path)) ?? [];
      const rotatedAtMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
      return Number.isNaN(rotatedAtMs) ? one : { ...one, writtenAtMs: rotatedAtMs };
    });
}

/** Earlier files of a log that lie beside it, the oldest first. Compressed ones are not read. */
export function rotatedFiles(path: string, files: LogFiles): EarlierFile[] {
  const base = basename(path);
  const found = files.beside(path, (name) => isRotated(name, base));
  // Times of files are those of the clock tick: where two are the same, names that tell the time decide.
  return found.toSorted(
    (one, other) =>
      one.writtenAtMs - other.writtenAtMs ||
      (WHEN.exec(one.path)?.[0] ?? '').localeCompare(WHEN.exec(other.path)?.[0] ?? ''),
  );
}
