// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notedKeyId } from './noted-key.ts';
import { sealKeyId } from './sealer.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-noted-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);
const clock = { nowMs: () => 1_700_000_000_000 };

describe('the key a data folder notes', () => {
  it('is the one it was first opened with', async () => {
    const store = await openSqliteStore({ dataDir: folder, clock, sealKey: OLD });
    if (!store.ok) throw new Error(store.error.detail);
    expect(notedKeyId(folder)).toMatchObject({ ok: false, error: { code: 'E_STORE_IO' } });
    await store.value.close();
    expect(notedKeyId(folder)).toEqual({ ok: true, value: sealKeyId(OLD) });
  });

  it('is the new one when the program was killed after the rotation was committed', async () => {
    const program = `
      import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite-store.ts'))};
      const clock = { nowMs: () => 1_700_000_000_000 };
      const store = await openSqliteStore({ dataDir: process.argv[1], clock, sealKey: Buffer.alloc(32, 1) });
      const rotated = await store.value.rotateKey(Buffer.alloc(32, 2));
      if (rotated.ok) process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
      stdio: 'ignore',
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(notedKeyId(folder)).toEqual({ ok: true, value: sealKeyId(NEW) });
    const reopened = await openSqliteStore({ dataDir: folder, clock, sealKey: NEW });
    expect(reopened.ok).toBe(true);
    if (reopened.ok) await reopened.value.close();
  });

  it('is not made up where there is no store', () => {
    expect(notedKeyId(folder)).toMatchObject({ ok: false, error: { code: 'E_STORE_IO' } });
    expect(readdirSync(folder)).toEqual([]);
  });
});
