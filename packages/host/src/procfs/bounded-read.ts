// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, constants, fstatSync, opendirSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';

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

/** Most files of /proc fit in. Reading does not wait, so one is enough: it is empty again before anybody else reads. */
const scratch = Buffer.allocUnsafeSlow(65_536);

/** Fills `into` from a file; fewer bytes than it holds: the file ended. */
const fill = (descriptor: number, into: Buffer): number => {
  let total = 0;
  while (total < into.length) {
    const count = readSync(descriptor, into, total, into.length - total, null);
    if (count === 0) break;
    total += count;
  }
  return total;
};

/** What did not fit into the scratch, up to one byte more than is allowed. */
const readRest = (descriptor: number, first: Buffer, maxBytes: number): Buffer => {
  const chunks = [Buffer.from(first)];
  let total = first.length;
  while (total <= maxBytes) {
    const chunk = Buffer.allocUnsafe(Math.min(scratch.length, maxBytes - total + 1));
    const count = fill(descriptor, chunk);
    chunks.push(chunk.subarray(0, count));
    total += count;
    if (count < chunk.length) break;
  }
  return Buffer.concat(chunks);
};

/** Nobody waits at a pipe for who writes into it, and no terminal becomes ours. */
const WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Reads a file and gives its bytes to `use`, which must not keep them. A pipe or a device is no file. */
const withBytes = <T>(
  path: string,
  limit: { readonly maxBytes: number; readonly cut: boolean },
  use: (bytes: Buffer) => T,
): Result<T, ReadFailure> => {
  const { maxBytes, cut } = limit;
  let descriptor: number;
  try {
    descriptor = openSync(path, WITHOUT_WAITING);
  } catch (thrown) {
    return err(readFailure(path, thrown));
  }
  try {
    if (!fstatSync(descriptor).isFile()) return err({ kind: 'failed', path });
    const wanted = Math.min(scratch.length, maxBytes + 1);
    const first = scratch.subarray(0, fill(descriptor, scratch.subarray(0, wanted)));
    const all = first.length < wanted || wanted > maxBytes ? first : readRest(descriptor, first, maxBytes);
    if (all.length <= maxBytes) return ok(use(all));
    return cut ? ok(use(all.subarray(0, maxBytes))) : err({ kind: 'too-large', path });
  } catch (thrown) {
    return err(readFailure(path, thrown));
  } finally {
    closeSync(descriptor);
  }
};

/** Reads a file of at most `maxBytes` bytes; a longer one is `too-large`, or cut where `cut` says so. */
export const readBounded = (path: string, maxBytes: number, cut = false): Result<Buffer, ReadFailure> =>
  withBytes(path, { maxBytes, cut }, (bytes) =>
    bytes.buffer === scratch.buffer ? Buffer.from(bytes) : bytes,
  );

/** The same, as UTF-8 text. */
export const readText = (path: string, maxBytes: number, cut = false): Result<string, ReadFailure> =>
  withBytes(path, { maxBytes, cut }, (bytes) => bytes.toString('utf8'));

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
