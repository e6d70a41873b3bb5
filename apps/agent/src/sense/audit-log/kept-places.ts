// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type LogPlace, readObject } from '@bartizan/host';

const FILE = 'audit-log-places.json';
const FILES_MAX = 64;

/** Where log files were read up to, by path. What cannot be read is as if it had not been kept. */
export function loadPlaces(stateDir: string): Map<string, LogPlace> {
  try {
    const kept = readObject(readFileSync(join(stateDir, FILE), 'utf8'));
    const rows = (kept?.objects('files', FILES_MAX) ?? []).map((row): [string, LogPlace] => [
      row.text('path', 4096),
      {
        mark: { bytes: row.number('markBytes') ?? 0, sha256: row.text('markSha256', 64) },
        identity: row.text('identity', 64),
        offset: row.number('offset') ?? 0,
      },
    ]);
    return new Map(rows.filter(([path]) => path !== ''));
  } catch {
    return new Map();
  }
}

/** Keeps places, whole or not at all; false when the disk takes nothing: lines are then read again after a restart. */
export function keepPlaces(stateDir: string, places: ReadonlyMap<string, LogPlace>): boolean {
  const files = [...places].slice(-FILES_MAX).map(([path, { mark, identity, offset }]) => ({
    ...{ path, identity, offset },
    ...{ markBytes: mark.bytes, markSha256: mark.sha256 },
  }));
  const path = join(stateDir, FILE);
  try {
    const descriptor = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(descriptor, JSON.stringify({ files }));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}
