// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, opendirSync, openSync, readlinkSync, readSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';

/** Why something on the machine could not be read. A process that ends while it is read is `gone`: a result, not a fault. */
export interface ReadFailure {
  readonly kind: 'gone' | 'denied' | 'too-large' | 'malformed' | 'failed';
  readonly path: string;
}

const GONE = new Set(['ENOENT', 'ESRCH', 'ENOTDIR', 'ENODEV']);
const DENIED = new Set(['EACCES', 'EPERM']);

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';

/** Turns what the file system threw into a ReadFailure. */
export const readFailure = (path: string, thrown: unknown): ReadFailure => {
  const code = codeOf(thrown);
  return { kind: GONE.has(code) ? 'gone' : DENIED.has(code) ? 'denied' : 'failed', path };
};

/** Reads a file of at most `maxBytes` bytes; a longer one is `too-large`, or cut where `cut` says so. */
export const readBounded = (path: string, maxBytes: number, cut = false): Result<Buffer, ReadFailure> => {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (thrown) {
    return err(readFailure(path, thrown));
  }
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, maxBytes - total + 1));
      const count = readSync(descriptor, chunk, 0, chunk.length, null);
      if (count === 0) return ok(Buffer.concat(chunks));
      total += count;
      chunks.push(chunk.subarray(0, count));
      if (total > maxBytes) {
        return cut ? ok(Buffer.concat(chunks).subarray(0, maxBytes)) : err({ kind: 'too-large', path });
      }
    }
  } catch (thrown) {
    return err(readFailure(path, thrown));
  } finally {
    closeSync(descriptor);
  }
};

/** The same, as UTF-8 text. */
export const readText = (path: string, maxBytes: number, cut = false): Result<string, ReadFailure> => {
  const bytes = readBounded(path, maxBytes, cut);
  return bytes.ok ? ok(bytes.value.toString('utf8')) : bytes;
};

/** The target of a symbolic link. */
export const readLink = (path: string): Result<string, ReadFailure> => {
  try {
    return ok(readlinkSync(path));
  } catch (thrown) {
    return err(readFailure(path, thrown));
  }
};

/** Names in a folder, at most `maxEntries` of them. */
export const readNames = (path: string, maxEntries: number): Result<string[], ReadFailure> => {
  try {
    const folder = opendirSync(path);
    try {
      const names: string[] = [];
      for (let entry = folder.readSync(); entry && names.length < maxEntries; entry = folder.readSync()) {
        names.push(entry.name);
      }
      return ok(names);
    } finally {
      folder.closeSync();
    }
  } catch (thrown) {
    return err(readFailure(path, thrown));
  }
};
