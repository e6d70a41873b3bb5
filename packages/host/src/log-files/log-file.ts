// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename, extname } from 'node:path';
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

  /** Of the earlier files of a log, those that are newer than this one, which may be one of them. */
  newerOf(path: string, files: LogFiles): string[] {
    const rotated = rotatedFiles(path, files);
    const own = rotated.findIndex((one) => files.identity(one.path) === this.identity);
    const writtenAtMs = this.writtenAtMs();
    const newer = own >= 0 ? rotated.slice(own + 1) : rotated.filter((one) => one.writtenAtMs > writtenAtMs);
    return newer.map((one) => one.path);
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

  #markOf(bytes: number): FileMark {
    const head = this.read(0, bytes);
    return { bytes: head.length, sha256: createHash('sha256').update(head).digest('hex') };
  }
}

/** Names that a rotation gives: `audit-2026-11-29T00-47-25.123.log`, `audit.log.1`, `audit.log-20261129`. */
function isRotated(name: string, base: string): boolean {
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  if (name.startsWith(`${base}.`) || name.startsWith(`${base}-`))
    return /^\d{1,14}$/.test(name.slice(base.length + 1));
  return (
    name.startsWith(`${stem}-`) &&
    name.endsWith(extension) &&
    /^\d{4}-\d\d-\d\dT[\d.-]{8,16}$/.test(name.slice(stem.length + 1, name.length - extension.length))
  );
}

/** Earlier files of a log that lie beside it, the oldest first. Compressed ones are not read. */
export function rotatedFiles(path: string, files: LogFiles): EarlierFile[] {
  const base = basename(path);
  const found = files.beside(path, (name) => isRotated(name, base));
  return found.toSorted((one, other) => one.writtenAtMs - other.writtenAtMs);
}
