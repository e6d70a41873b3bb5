// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { err, ok, type Result } from '@bartizan/contracts';
import { openPack } from './pack.ts';
import type { PackError } from './pack-error.ts';
import type { PackHeader } from './pack-format.ts';

/** A pack, seen from outside. */
export interface PackStatus {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly ageMs: number;
  /** Older than a week: new flaws are missing. */
  readonly isStale: boolean;
  readonly header: PackHeader;
}

const STALE_AFTER_MS = 7 * 24 * 3_600_000;
/** A pack, or one ecosystem of it, may lose this share of its rows from one build to the next. */
const LEAST_SHARE = 0.7;
/** Ecosystems smaller than this may come and go. */
const SMALL_ECOSYSTEM_ROWS = 100;

/** What is left of a failed write must not hide why it failed. */
const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself is missing or no folder: there is nothing to remove.
  }
};

/** Writes bytes beside the target, makes sure they are on disk, and swaps them in: a reader sees the old file or the new one. */
const writeAtomically = (path: string, bytes: Buffer): Result<undefined, PackError> => {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(temporary, 'w', 0o644);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
    return ok(undefined);
  } catch (cause) {
    removeQuietly(temporary);
    return err({ code: 'E_STORE_IO', detail: `cannot write ${path}`, cause });
  }
};

/** Why a new pack must not replace an old one; undefined when it may. */
export const findShrinkage = (before: PackHeader, after: PackHeader): string | undefined => {
  if (before.kind === 'sample') return undefined;
  if (after.rows < before.rows * LEAST_SHARE) return `${before.rows} rows before, ${after.rows} now`;
  for (const [name, status] of Object.entries(before.ecosystems)) {
    const rows = after.ecosystems[name]?.rows ?? 0;
    if (status.rows >= SMALL_ECOSYSTEM_ROWS && rows < status.rows * LEAST_SHARE) {
      return `${name}: ${status.rows} rows before, ${rows} now`;
    }
  }
  return undefined;
};

/** Facts about a pack file; its digest is checked. */
export const packStatus = (path: string, nowMs: number): Result<PackStatus, PackError> => {
  const opened = openPack(path);
  if (!opened.ok) return opened;
  const { header, sha256, sizeBytes } = opened.value;
  opened.value.close();
  const ageMs = Math.max(0, nowMs - Date.parse(header.builtAt));
  return ok({ path, sha256, sizeBytes, ageMs, isStale: ageMs > STALE_AFTER_MS, header });
};

/**
 * Puts a pack into use. A sudden fall of the row count, in all or in one ecosystem, is refused unless allowed. `before`
 * is the header of the pack that is there, where the caller has read it.
 */
export const installPack = (
  bytes: Buffer,
  path: string,
  options: {
    readonly mayShrink: boolean;
    readonly header: PackHeader;
    readonly before?: PackHeader | undefined;
  },
): Result<undefined, PackError> => {
  const before = options.mayShrink ? undefined : (options.before ?? headerAt(path));
  const shrinkage = before === undefined ? undefined : findShrinkage(before, options.header);
  if (shrinkage !== undefined) return err({ code: 'E_PACK_SHRUNK', detail: shrinkage });
  return writeAtomically(path, bytes);
};

const headerAt = (path: string): PackHeader | undefined => {
  const current = openPack(path);
  if (!current.ok) return undefined;
  current.value.close();
  return current.value.header;
};
