// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { beforeEach, describe, expect, it } from 'vitest';
import { createSealer } from '../sealer.ts';
import { appendAudit, verifyChain } from './audit-chain.ts';
import { adoptHead } from './audit-head.ts';
import { Database } from './database.ts';
import { syncNoun } from './entity-schema.ts';
import { storeKeyId } from './key-id.ts';
import { CORE_MIGRATIONS, migrate } from './migrations.ts';
import { AUDIT } from './nouns.ts';

const sealKey = Buffer.alloc(32, 5);
const key = Buffer.alloc(32, 3);
const NO_HEAD = "DELETE FROM meta WHERE name='audit-head'";
const isIntact = (): boolean => verifyChain(database, key).intact;

let database: Database;
const append = (under: Buffer | undefined) =>
  appendAudit(
    database,
    {
      ...{ tenant: 'default', atMs: 1000, actor: 'aiko', actorKind: 'user', action: 'user.create' },
      ...{ target: 'u-1', outcome: 'success', detail: '' },
    },
    under,
  );
/** What an installation has that was used under a key. */
function use(): void {
  adoptHead(database, key);
  storeKeyId(database, createSealer(sealKey).keyId);
  database.run("INSERT INTO settings(name,value) VALUES('ca',?)", [createSealer(sealKey).seal('ca')]);
  append(key);
}
beforeEach(() => {
  database = new Database(':memory:');
  migrate(database, CORE_MIGRATIONS);
  syncNoun(database, AUDIT);
});

describe('the head of the audit chain when data is opened with a key', () => {
  it('is signed for new data, before the first record', () => {
    expect(isIntact()).toBe(false);
    adoptHead(database, key);
    expect(verifyChain(database, key)).toMatchObject({ intact: true, records: 0 });
  });

  it('is signed once for data that had no key until now', () => {
    append(undefined);
    append(undefined);
    adoptHead(database, key);
    append(key);
    expect(verifyChain(database, key)).toMatchObject({ intact: true, records: 3 });
  });

  it('is signed for data of an older version that knows its key and was never used', () => {
    storeKeyId(database, createSealer(sealKey).keyId);
    adoptHead(database, key);
    expect(isIntact()).toBe(true);
  });

  it.each([
    ['the signature', "UPDATE meta SET value=substr(value,1,67) WHERE name='audit-head'"],
    ['the head', NO_HEAD],
    ['head and records', `DELETE FROM audit; ${NO_HEAD}`],
    ['head, records and what is known of the key', `DELETE FROM audit; DELETE FROM meta`],
  ])('is not signed when somebody took away %s of data in use', (_name, sql) => {
    use();
    expect(isIntact()).toBe(true);
    database.exec(sql);
    adoptHead(database, key);
    expect(isIntact()).toBe(false);
  });
});
