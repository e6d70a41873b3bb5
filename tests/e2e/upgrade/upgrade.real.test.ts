// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createSealer, openSqliteStore, restoreBackup, type SqliteStore } from '@bartizan/adapters/store';
import { systemScope, tenantScope } from '@bartizan/contracts';
import { aFinding, aFlow, all, aWorkload, codeOf, good, OWNER, term, where } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openSample,
  SAMPLE_KEY,
  SAMPLE_NOW_MS,
  SAMPLE_SECRET,
  unpackData,
  writeSample,
} from './sample-data.ts';

const TESTDATA = join(dirname(fileURLToPath(import.meta.url)), 'testdata');
const OLDER = readdirSync(TESTDATA);
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const SYSTEM = systemScope('upgrade test');
const PASSPHRASE = 'a passphrase of the test';

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-upgrade-'));
  dataDir = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function openGood(sealKey = SAMPLE_KEY): Promise<SqliteStore> {
  return good(await openSqliteStore({ dataDir, sealKey, clock: { nowMs: () => SAMPLE_NOW_MS } }));
}

/** Everything of the sample is there and works as if this version had written it. */
async function expectSample(store: SqliteStore, sealKey = SAMPLE_KEY): Promise<void> {
  expect(good(await store.workloads.list(SCOPE, where(term('label', 'app=shop')))).items).toContainEqual(
    aWorkload(),
  );
  expect(good(await store.findings.get(SCOPE, 'f-1'))).toEqual(aFinding());
  expect(good(await store.users.byName(SYSTEM, 'aiko'))?.previousHashes).toEqual(['older']);
  expect(good(await store.scans.ofWorkload(SCOPE, 'w-1'))?.packages).toHaveLength(3);
  expect(good(await store.scans.countPackages(SCOPE))).toBe(3);
  expect(good(await store.audit.verify(SYSTEM))).toMatchObject({ intact: true, records: 3 });
  const sealed = good(await store.settings.get(SYSTEM, 'sample')) ?? '';
  expect(createSealer(sealKey).unseal(sealed)).toEqual({ ok: true, value: SAMPLE_SECRET });
  expect(good(await store.events.list(SCOPE, 'flow', all())).items).toHaveLength(2);
  expect(
    good(await store.events.list(SCOPE, 'security', where(term('', 'reverse-shell')))).items,
  ).toHaveLength(1);
  const marks = good(await store.events.acknowledged(SCOPE, 'n-1'));
  expect(marks.find((mark) => mark.stream === 'flow')?.sequence).toBe(2);
  expect(good(await store.events.append(SCOPE, [aFlow(2), aFlow(3)]))).toEqual({ stored: 1, duplicates: 1 });
}

const version = (): number => {
  const database = new DatabaseSync(join(dataDir, 'core.db'));
  const row = database.prepare('PRAGMA user_version').get();
  database.close();
  return Number(row?.['user_version']);
};

describe('an upgrade', () => {
  it.each(OLDER)(
    'opens data of %s, migrates it and keeps a copy of it as it was',
    async (older) => {
      unpackData(join(TESTDATA, older), dataDir);
      expect(`schema-${version()}`).toBe(older);
      const store = await openGood();
      expect(store.state().schemaVersion).toBeGreaterThan(Number(older.replace('schema-', '')));
      await expectSample(store);
      await store.close();
      expect(version()).toBe(store.state().schemaVersion);
      const copy = readdirSync(dataDir).find((file) => file.startsWith('core-before-schema-'));
      const before = new DatabaseSync(join(dataDir, copy ?? ''), { readOnly: true });
      expect(`schema-${before.prepare('PRAGMA user_version').get()?.['user_version']}`).toBe(older);
      before.close();
    },
    60_000,
  );

  it('that fails leaves the data as it was and says which step failed', async () => {
    unpackData(join(TESTDATA, 'schema-1'), dataDir);
    const database = new DatabaseSync(join(dataDir, 'core.db'));
    // What a migration could meet: the column it wants to add is there already.
    database.exec('ALTER TABLE scans ADD COLUMN package_count TEXT');
    database.close();
    const failed = await openSample(dataDir);
    expect(codeOf(failed)).toBe('E_STORE_MIGRATION');
    expect(failed.ok ? '' : failed.error.detail).toContain('size of package lists');
    expect(version()).toBe(1);
  });

  it('backwards is refused, with the data untouched', async () => {
    const store = await openGood();
    await writeSample(store);
    await store.close();
    const database = new DatabaseSync(join(dataDir, 'core.db'));
    database.exec('PRAGMA user_version=99');
    database.close();
    const before = readFileSync(join(dataDir, 'core.db'));
    const refused = await openSample(dataDir);
    expect(codeOf(refused)).toBe('E_STORE_NEWER');
    expect(readFileSync(join(dataDir, 'core.db')).equals(before)).toBe(true);
  });

  it('backwards is refused when only a slice is newer', async () => {
    const store = await openGood();
    await writeSample(store);
    await store.close();
    const [slice = ''] = readdirSync(join(dataDir, 'slices')).filter((file) => file.endsWith('.db'));
    const database = new DatabaseSync(join(dataDir, 'slices', slice));
    database.exec('PRAGMA user_version=99');
    database.close();
    expect(codeOf(await openSample(dataDir))).toBe('E_STORE_NEWER');
  });
});

describe('a backup', () => {
  it('restores on an empty machine with another key, and everything works', async () => {
    const file = join(folder, 'backup.bak');
    const store = await openGood();
    await writeSample(store);
    good(await store.backup(file, PASSPHRASE));
    await store.close();
    rmSync(dataDir, { recursive: true });
    expect(readFileSync(file).includes(SAMPLE_SECRET)).toBe(false);

    const newKey = Buffer.alloc(32, 77);
    const refused = await restoreBackup({ path: file, passphrase: 'not this one at all', dataDir });
    expect(codeOf(refused)).toBe('E_BACKUP_PASSPHRASE');
    expect(readdirSync(folder)).toEqual(['backup.bak']);
    good(await restoreBackup({ path: file, passphrase: PASSPHRASE, dataDir, sealKey: newKey }));
    const restored = await openGood(newKey);
    await expectSample(restored, newKey);
    await restored.close();
    expect(codeOf(await openSample(dataDir))).toBe('E_KEY_MISSING');
  }, 60_000);

  it('does not restore over data', async () => {
    const file = join(folder, 'backup.bak');
    const store = await openGood();
    good(await store.backup(file, PASSPHRASE));
    await store.close();
    expect(codeOf(await restoreBackup({ path: file, passphrase: PASSPHRASE, dataDir }))).toBe('E_CONFLICT');
  });

  it('can be made while events are written, and holds what was acknowledged before it began', async () => {
    const file = join(folder, 'backup.bak');
    const store = await openGood();
    await writeSample(store);
    let goesOn = true;
    const writing = (async () => {
      for (let sequence = 100; goesOn; sequence++) good(await store.events.append(SCOPE, [aFlow(sequence)]));
    })();
    good(await store.backup(file, PASSPHRASE));
    goesOn = false;
    await writing;
    await store.close();
    rmSync(dataDir, { recursive: true });
    good(await restoreBackup({ path: file, passphrase: PASSPHRASE, dataDir, sealKey: SAMPLE_KEY }));
    const restored = await openGood();
    for (const sequence of [1, 2]) {
      expect(good(await restored.events.get(SCOPE, aFlow(sequence).id))?.sequence).toBe(sequence);
    }
    await restored.close();
  }, 60_000);
});

describe('a key rotation', () => {
  it('seals everything with the new key at once, and the old key opens nothing any more', async () => {
    const store = await openGood();
    await writeSample(store);
    const next = Buffer.alloc(32, 9);
    expect(good(await store.rotateKey(next))).toBe(1);
    expect(good(await store.audit.verify(SYSTEM)).intact).toBe(true);
    await store.close();
    expect(codeOf(await openSample(dataDir))).toBe('E_KEY_MISSING');
    const again = await openGood(next);
    await expectSample(again, next);
    await again.close();
  }, 60_000);
});

describe('damaged data', () => {
  it('in core.db stops the start with E_STORE_CORRUPT', async () => {
    const store = await openGood();
    await writeSample(store);
    await store.close();
    const path = join(dataDir, 'core.db');
    const bytes = readFileSync(path);
    // The first page, which says where everything is, stays; what it points to is overwritten.
    writeFileSync(path, bytes.fill(0xa5, 4096));
    expect(codeOf(await openSample(dataDir))).toBe('E_STORE_CORRUPT');
  });

  it('in one slice sets it aside, says so, and goes on with the rest', async () => {
    const store = await openGood();
    await writeSample(store);
    await store.close();
    const slices = readdirSync(join(dataDir, 'slices'));
    const [flow = ''] = slices.filter((file) => file.startsWith('flow-') && file.endsWith('.db'));
    writeFileSync(join(dataDir, 'slices', flow), Buffer.alloc(8192, 'rubbish'));
    const again = await openGood();
    expect(again.state()).toMatchObject({ state: 'ok', reason: expect.stringContaining(flow) });
    expect(good(await again.events.list(SCOPE, 'security', all())).items).toHaveLength(1);
    expect(good(await again.events.list(SCOPE, 'flow', all())).items).toHaveLength(0);
    expect(good(await again.events.append(SCOPE, [aFlow(9)])).stored).toBe(1);
    await again.close();
    expect(readdirSync(join(dataDir, 'slices'))).toContain(`${flow}.damaged`);
  });
});

describe('a data folder', () => {
  it('is held by one process at a time', async () => {
    const store = await openGood();
    const second = await openSample(dataDir);
    expect(codeOf(second)).toBe('E_STORE_IO');
    expect(second.ok ? '' : second.error.detail).toContain('in use');
    await store.close();
    await (await openGood()).close();
  });
});
