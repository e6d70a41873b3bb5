// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

const READ_BYTES_MAX = 4 * 1024 * 1024;

/** The text of a small file of ours, or undefined when it is not there or larger than 4 MiB. */
export function readText(path: string): string | undefined {
  try {
    if (statSync(path).size > READ_BYTES_MAX) return undefined;
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The JSON value of a small file of ours, or undefined when there is none that can be read. */
export function readJson(path: string): unknown {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a file whole or not at all, with exactly these rights, and puts it on disk. */
export function writeAtomic(path: string, text: string, mode = 0o600): void {
  const making = `${path}.${process.pid}.new`;
  const handle = openSync(making, 'w', mode);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(making, mode);
  renameSync(making, path);
}

/** Makes a folder with exactly these rights, and those of its parents that are missing open to read. */
export function makeFolder(path: string, mode = 0o755): void {
  const parent = resolve(dirname(path));
  const first = mkdirSync(parent, { recursive: true });
  // The umask of whoever runs this (077 on a hardened machine) is no reason that the controller's user is locked out.
  if (first !== undefined)
    for (let made = parent; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
  mkdirSync(path, { recursive: true, mode });
  chmodSync(path, mode);
}
