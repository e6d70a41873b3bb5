// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** Limits of one log: the file itself and `keep` older ones. */
export interface LogLimits {
  readonly maxBytes: number;
  readonly keep: number;
}
const DEFAULT_LIMITS: LogLimits = { maxBytes: 8 * 1024 * 1024, keep: 3 };

/**
 * A log file that never grows beyond its limit: NAME, then NAME.1 (newer) to NAME.N (older). A full disk loses lines,
 * never the process.
 */
export class LogFile {
  readonly #path: string;
  readonly #limits: LogLimits;
  #handle: number;
  #sizeBytes: number;
  /** Writes that failed since start, for instance because the disk was full. */
  failedWrites = 0;

  constructor(path: string, limits: LogLimits = DEFAULT_LIMITS) {
    this.#path = path;
    this.#limits = limits;
    this.#handle = openSync(path, 'a', 0o640);
    this.#sizeBytes = fstatSync(this.#handle).size;
  }

  /** Appends bytes as they are. */
  write(bytes: Buffer | string): void {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    try {
      if (this.#sizeBytes + buffer.length > this.#limits.maxBytes) this.#rotate();
      writeSync(this.#handle, buffer);
      this.#sizeBytes += buffer.length;
    } catch {
      this.failedWrites += 1;
    }
  }

  /** Appends one JSON line with the time. */
  line(
    level: 'info' | 'warn' | 'error',
    message: string,
    more: Readonly<Record<string, unknown>> = {},
  ): void {
    this.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg: message, ...more })}\n`);
  }

  close(): void {
    closeSync(this.#handle);
  }

  /** Whatever fails here, the handle is one that is open, and this log's own: the next write tries again. */
  #rotate(): void {
    // Somebody who needed room may have removed it, or the try before came no further than this.
    if (existsSync(this.#path)) this.#shift();
    const old = this.#handle;
    this.#handle = openSync(this.#path, 'a', 0o640);
    this.#sizeBytes = 0;
    closeSync(old);
  }

  #shift(): void {
    for (let number = this.#limits.keep - 1; number >= 1; number -= 1) {
      if (existsSync(`${this.#path}.${number}`))
        renameSync(`${this.#path}.${number}`, `${this.#path}.${number + 1}`);
    }
    renameSync(this.#path, `${this.#path}.1`);
  }
}
