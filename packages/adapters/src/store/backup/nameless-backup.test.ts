// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '@bartizan/contracts/result';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeErr } from '../failure.ts';
import { namelessBackup } from './nameless-backup.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bartizan-nameless-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('a backup beside the data', () => {
  it('is read after its name went', async () => {
    const made = await namelessBackup(dataDir, async (path) => {
      writeFileSync(path, 'whole');
      return ok({ sizeBytes: 5 });
    });
    expect(readdirSync(dataDir)).toEqual([]);
    if (!made.ok) throw new Error(made.error.detail);
    expect([made.value.sizeBytes, readFileSync(made.value.file, 'utf8')]).toEqual([5, 'whole']);
    closeSync(made.value.file);
  });

  it('leaves nothing when it could not be written', async () => {
    const refused = await namelessBackup(dataDir, async (path) => {
      writeFileSync(path, 'a part');
      return storeErr('E_STORE_FULL', 'no room');
    });
    expect([refused.ok, readdirSync(dataDir)]).toEqual([false, []]);
  });

  it('is refused where there is no folder', async () => {
    const refused = await namelessBackup(join(dataDir, 'none'), async () => ok({ sizeBytes: 0 }));
    expect(refused).toMatchObject({ ok: false, error: { code: 'E_STORE_IO' } });
  });
});
