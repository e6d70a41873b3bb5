// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '@bartizan/contracts/result';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeErr } from '../failure.ts';
import { scratchBytes } from '../leftovers.ts';
import { backupBeside } from './backup-beside.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bartizan-beside-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const writeWhole = async (path: string) => {
  writeFileSync(path, 'whole');
  return ok({ sizeBytes: 5 });
};

describe('a backup beside the data', () => {
  it('can be read until it was sent, counts as scratch meanwhile, and leaves nothing', async () => {
    const made = await backupBeside(dataDir, writeWhole);
    if (!made.ok) throw new Error(made.error.detail);
    expect(scratchBytes(dataDir)).toBe(5);
    expect([made.value.sizeBytes, readFileSync(made.value.file, 'utf8')]).toEqual([5, 'whole']);
    closeSync(made.value.file);
    made.value.remove();
    expect([readdirSync(dataDir), scratchBytes(dataDir)]).toEqual([[], 0]);
  });

  it('leaves nothing when it could not be written', async () => {
    const refused = await backupBeside(dataDir, async (path) => {
      writeFileSync(path, 'a part');
      return storeErr('E_STORE_FULL', 'no room');
    });
    expect([refused.ok, readdirSync(dataDir)]).toEqual([false, []]);
  });

  it('is refused before it takes room that is not there', async () => {
    mkdirSync(join(dataDir, 'slices'));
    for (const [name, bytes] of [
      ['core.db', 100e6],
      ['slices/one.db', 300e6],
    ] as const) {
      writeFileSync(join(dataDir, name), '');
      truncateSync(join(dataDir, name), bytes);
    }
    const spare = 64 * 1024 ** 2;
    expect(await backupBeside(dataDir, writeWhole, () => 700e6 + spare - 1)).toMatchObject({
      ok: false,
      error: { code: 'E_STORE_FULL', detail: 'a backup needs 768 MB beside the data, 768 MB are free' },
    });
    expect(readdirSync(dataDir).sort()).toEqual(['core.db', 'slices']);
    expect(await backupBeside(dataDir, writeWhole, () => 700e6 + spare)).toMatchObject({ ok: true });
  });

  it('is refused where there is no folder', async () => {
    const refused = await backupBeside(join(dataDir, 'none'), async () => ok({ sizeBytes: 0 }));
    expect(refused).toMatchObject({ ok: false, error: { code: 'E_STORE_IO' } });
  });
});
