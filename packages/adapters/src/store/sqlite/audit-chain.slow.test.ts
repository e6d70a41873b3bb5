// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, appendAudit, canonicalJson, resignHead, verifyChain } from './audit-chain.ts';
import { Database } from './database.ts';
import { syncNoun } from './entity-schema.ts';
import { AUDIT } from './nouns.ts';

const key = Buffer.alloc(32, 3);
const entry = (actor: string): AuditEntry => ({
  tenant: 'default',
  atMs: 1000,
  actor,
  actorKind: 'user',
  action: 'user.create',
  target: 'u-1',
  outcome: 'success',
  detail: 'made',
});

let database: Database;
beforeEach(() => {
  database = new Database(':memory:');
  database.exec('CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID');
  syncNoun(database, AUDIT);
  for (let index = 1; index <= 1300; index++) appendAudit(database, entry(`user-${index}`), key);
});

describe('the audit chain', () => {
  it('is intact when nobody touched it', () => {
    expect(verifyChain(database, key)).toMatchObject({ intact: true, records: 1300 });
  });

  it.each([
    ['a changed field', "UPDATE audit SET doc=replace(doc,'user-1200','nobody') WHERE id='1200'", 1200],
    ['a changed tenant', "UPDATE audit SET tenant='other' WHERE id='7'", 7],
    ['a removed record', "DELETE FROM audit WHERE id='1100'", 1100],
    ['a removed first record', "DELETE FROM audit WHERE id='1'", 1],
    [
      'two swapped records',
      "UPDATE audit SET id='x' WHERE id='2'; UPDATE audit SET id='2', f_sequence=2 WHERE id='3'; UPDATE audit SET id='3', f_sequence=3 WHERE id='x'",
      2,
    ],
    ['text that is no JSON', "UPDATE audit SET doc='{' WHERE id='9'", 9],
    ['a cut-off end', 'DELETE FROM audit WHERE f_sequence>1250', 1251],
    ['everything removed', 'DELETE FROM audit', 1],
  ])('shows %s', (_name, sql, firstBroken) => {
    database.exec(sql);
    expect(verifyChain(database, key)).toMatchObject({ intact: false, firstBroken });
  });

  it('shows a chain that was written anew from the start by somebody without the key', () => {
    database.exec("DELETE FROM audit; DELETE FROM meta WHERE name='audit-head'");
    for (let index = 1; index <= 10; index++) appendAudit(database, entry('forger'), Buffer.alloc(32, 9));
    expect(verifyChain(database, key)).toMatchObject({ intact: false, firstBroken: 11 });
  });

  it('is intact while others append to it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-chain-'));
    try {
      const writer = new Database(join(folder, 'core.db'));
      writer.exec('PRAGMA journal_mode=WAL; CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID');
      syncNoun(writer, AUDIT);
      appendAudit(writer, entry('first'), key);
      class Interrupted extends Database {
        override rows(...args: Parameters<Database['rows']>): ReturnType<Database['rows']> {
          const rows = super.rows(...args);
          appendAudit(writer, entry('meanwhile'), key);
          return rows;
        }
      }
      const reader = new Interrupted(join(folder, 'core.db'));
      expect(verifyChain(reader, key)).toMatchObject({ intact: true, records: 1 });
      expect(verifyChain(new Database(join(folder, 'core.db')), key).records).toBeGreaterThan(1);
      reader.close();
      writer.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes on under a new key after a rotation', () => {
    const next = Buffer.alloc(32, 4);
    resignHead(database, next);
    appendAudit(database, entry('after'), next);
    expect(verifyChain(database, next)).toMatchObject({ intact: true, records: 1301 });
    expect(verifyChain(database, key)).toMatchObject({ intact: false });
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys and means the same as the value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: [1, undefined] })).toBe('{"a":[1,null]}');
  });
});
