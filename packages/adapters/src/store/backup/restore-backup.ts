// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import { fromForeign, guarded } from '../failure.ts';
import type { Stored, StoreFailure } from '../ports.ts';
import { auditKeyOf, createSealer, isSealed } from '../sealer.ts';
import { parseSliceName } from '../slices/slice-name.ts';
import { resignHead } from '../sqlite/audit-head.ts';
import { Database, textOf } from '../sqlite/database.ts';
import { storeKeyId } from '../sqlite/key-id.ts';
import { readEntries, type Sink } from './archive.ts';
import { ContainerReader } from './container.ts';
import { ABOUT_ENTRY, SECRETS_ENTRY } from './write-backup.ts';

/** How a backup is restored. */
export interface RestoreOptions {
  readonly path: string;
  readonly passphrase: string;
  /** Must be absent or empty. */
  readonly dataDir: string;
  /** Key of this machine: sealed settings are sealed with it. Without it they stay sealed with the key they had. */
  readonly sealKey?: Uint8Array;
}
const SECRETS_MAX_BYTES = 16 * 1024 * 1024;

const invalid = (detail: string): Result<never, StoreFailure> => err(failure('E_BACKUP_INVALID', detail));

/** Restores a backup into an empty folder. Everything is checked before the folder gets its name: all or nothing. */
export async function restoreBackup(options: RestoreOptions): Stored<{ readonly files: number }> {
  const { dataDir } = options;
  return guarded(dirname(dataDir), () => {
    if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
      return err(failure('E_CONFLICT', 'the data folder is not empty'));
    }
    const staging = `${dataDir}.restoring`;
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(join(staging, 'slices'), { recursive: true, mode: 0o700 });
    const restored = guarded(staging, () => restoreInto(staging, options));
    if (!restored.ok) {
      rmSync(staging, { recursive: true, force: true });
      return restored;
    }
    rmSync(dataDir, { recursive: true, force: true });
    renameSync(staging, dataDir);
    return restored;
  });
}

function restoreInto(
  staging: string,
  options: RestoreOptions,
): Result<{ readonly files: number }, StoreFailure> {
  const container = ContainerReader.open(options.path, options.passphrase);
  if (!container.ok) return container;
  const files: string[] = [];
  const secrets: Buffer[] = [];
  try {
    const read = readEntries(container.value, (name) => {
      if (name === SECRETS_ENTRY) return ok(memorySink(secrets));
      if (name === ABOUT_ENTRY) return ok({ write: () => undefined, end: () => undefined });
      const isSlice =
        name.startsWith('slices/') && parseSliceName(name.slice('slices/'.length)) !== undefined;
      if (name !== 'core.db' && !isSlice)
        return invalid(`an entry has the unknown name "${name.slice(0, 64)}"`);
      if (files.includes(name)) return invalid('an entry comes twice');
      files.push(name);
      return ok(fileSink(join(staging, name)));
    });
    if (!read.ok) return read;
  } finally {
    container.value.close();
  }
  if (secrets.reduce((total, part) => total + part.length, 0) > SECRETS_MAX_BYTES) {
    return invalid('the secrets are larger than any we write');
  }
  if (!files.includes('core.db')) return invalid('the backup holds no core.db');
  for (const name of files) {
    const checked = checkDatabase(join(staging, name));
    if (!checked.ok) return checked;
  }
  reseal(join(staging, 'core.db'), Buffer.concat(secrets), options.sealKey);
  return ok({ files: files.length });
}

function memorySink(into: Buffer[]): Sink {
  let size = 0;
  return {
    write: (bytes) => {
      size += bytes.length;
      // One part too many is kept, so that the limit is noticed.
      if (size - bytes.length <= SECRETS_MAX_BYTES) into.push(Buffer.from(bytes));
    },
    end: () => undefined,
  };
}

function fileSink(path: string): Sink {
  const file = openSync(path, 'wx', 0o600);
  return {
    write: (bytes) => {
      let at = 0;
      while (at < bytes.length) at += writeSync(file, bytes, at);
    },
    end: () => {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function checkDatabase(path: string): Result<undefined, StoreFailure> {
  try {
    const database = new Database(path);
    try {
      const verdict = database.row('PRAGMA integrity_check(1)');
      return verdict?.[0] === 'ok' ? ok(undefined) : invalid(`a file is damaged: ${String(verdict?.[0])}`);
    } finally {
      database.close();
    }
  } catch (error) {
    const problem = fromForeign(error, dirname(path));
    return problem.error.code === 'E_STORE_CORRUPT' ? invalid(problem.error.detail) : problem;
  }
}

/** Seals the settings of the backup with the key of this machine, and signs the audit head with it. */
function reseal(path: string, secrets: Buffer, sealKey: Uint8Array | undefined): void {
  if (sealKey === undefined) return;
  const sealer = createSealer(sealKey);
  const database = new Database(path);
  try {
    database.transaction(() => {
      for (const [name, plain] of parseSecrets(secrets)) {
        const row = database.row('SELECT value FROM settings WHERE name=?', [name]);
        if (row === undefined || !isSealed(textOf(row[0]))) continue;
        database.run('UPDATE settings SET value=? WHERE name=?', [sealer.seal(plain), name]);
      }
      storeKeyId(database, sealer.keyId);
      // The key before stayed on the other machine. The head was held against it when the backup was made.
      resignHead(database, { before: undefined, next: auditKeyOf(sealKey) }, 0);
    });
  } finally {
    database.close();
  }
}

/** The entry was written by us and its tag was checked. */
function parseSecrets(bytes: Buffer): readonly (readonly [name: string, plain: string])[] {
  return bytes.length === 0 ? [] : JSON.parse(bytes.toString('utf8'));
}
