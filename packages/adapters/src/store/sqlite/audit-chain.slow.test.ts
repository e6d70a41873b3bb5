// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, appendAudit, canonicalJson, verifyChain } from './audit-chain.ts';
import { checkHead, GENESIS_HASH, resignHead, storeHead } from './audit-head.ts';
import { Database } from './database.ts';
import { derivedValues, syncNoun } from './entity-schema.ts';
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

/** A record that nobody appended, at a place where the store puts none. */
const stray = (rowid: string, sequence: number): string =>
  `INSERT INTO audit(rowid,cluster,tenant,id,doc,haystack,f_sequence,f_actor) VALUES(${rowid},'','default','x',
    '{"sequence":${sequence}}','',${sequence},'nobody')`;
const NO_HEAD = "DELETE FROM meta WHERE name='audit-head'";

let database: Database;
/** Ten records that fit each other, under another key. */
function forge(wrong: Buffer | undefined): void {
  database.exec('DELETE FROM audit');
  storeHead(database, { sequence: 0, hash: GENESIS_HASH }, wrong);
  for (let index = 1; index <= 10; index++) appendAudit(database, entry('forger'), wrong);
}
beforeEach(() => {
  database = new Database(':memory:');
  database.exec('CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID');
  syncNoun(database, AUDIT);
  storeHead(database, { sequence: 0, hash: GENESIS_HASH }, key);
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
    ['everything removed, head and all', `DELETE FROM audit; ${NO_HEAD}`, 1],
    ['a removed head', NO_HEAD, 1301],
    ['a record before the first', stray('-7', 2.5), 3],
    ['a record at the lowest place there is', stray('-9223372036854775808', 1), 1],
    ['a record at the highest place there is', stray('9223372036854775807', 1e9), 1301],
    ['a record that filters do not find', "UPDATE audit SET f_action='session.show' WHERE id='1200'", 1200],
    ['a record under another name', "UPDATE audit SET f_actor='nobody' WHERE id='8'", 8],
    ['a record of another time', "UPDATE audit SET f_atMs=1 WHERE id='8'", 8],
    ['a record that searches do not find', "UPDATE audit SET haystack='' WHERE id='1100'", 1100],
    ['a record of a cluster', "UPDATE audit SET cluster='local' WHERE id='8'", 8],
    [
      'an empty MAC',
      "UPDATE meta SET value=substr(value,1,instr(value,':')+65) WHERE name='audit-head'",
      1301,
    ],
  ])('shows %s', (_name, sql, firstBroken) => {
    database.exec(sql);
    expect(verifyChain(database, key)).toMatchObject({ intact: false, firstBroken });
  });

  it.each([
    ['the wrong key', Buffer.alloc(32, 9)],
    ['no key at all', undefined],
  ])('shows for good a chain that was written anew with %s, also after real records', (_name, wrong) => {
    forge(wrong);
    expect(verifyChain(database, key)).toMatchObject({ intact: false, firstBroken: 11, fault: 'head' });
    appendAudit(database, { ...entry('real'), atMs: 5000 }, key);
    appendAudit(database, { ...entry('real'), atMs: 6000 }, key);
    const marked = { intact: false, records: 12, firstBroken: 11, fault: 'earlier', brokenSinceMs: 5000 };
    expect(verifyChain(database, key)).toMatchObject(marked);
    // Taking the mark away takes the signature with it.
    database.exec("UPDATE meta SET value=substr(value,1,instr(value,':')+129) WHERE name='audit-head'");
    expect(verifyChain(database, key)).toMatchObject({ intact: false, fault: 'head' });
  });

  it('shows a record before the first also after the table was made anew', () => {
    database.exec(stray('-7', 2.5));
    database.exec("UPDATE meta SET value='of an older version' WHERE name='noun:audit'");
    expect(syncNoun(database, AUDIT)).toBe('rebuilt');
    expect(verifyChain(database, key)).toMatchObject({ intact: false });
  });

  it('is intact with text of every kind', () => {
    const texts = ['', 'a\u0000b', 'x\ud800y', 'ＡＢＣ é İ ß', `${'x'.repeat(4090)}${'\u{1f600}'.repeat(9)}`];
    for (const text of texts)
      appendAudit(
        database,
        { ...entry(text), target: text, detail: text, ...(text === '' ? {} : { sourceAddress: text }) },
        key,
      );
    expect(verifyChain(database, key)).toMatchObject({ intact: true, records: 1305 });
  });

  it('holds for rows that older versions wrote: what is derived from a record stays, or the table is made anew', () => {
    const record = { ...entry('Ａnn'), sequence: 1, previousHash: GENESIS_HASH, hash: GENESIS_HASH };
    expect(derivedValues(AUDIT, { ...record, sourceAddress: '::1' })).toEqual([
      'ann user.create u-1 made ::1 ann user user.create u-1 success ::1 ',
      ...[1, 1000, 'Ａnn', 'user', 'user.create', 'u-1', 'success', '::1'],
    ]);
  });

  it('overwrites no record when it goes on from a head that does not fit', () => {
    database.exec(`UPDATE meta SET value='3:${'0'.repeat(64)}:' WHERE name='audit-head'`);
    expect(appendAudit(database, entry('real'), key)).toMatchObject({ sequence: 1301 });
    expect(verifyChain(database, key)).toMatchObject({ intact: false, records: 1301, firstBroken: 1301 });
  });

  it('marks a forgery before it is copied, and leaves a head that fits as it is', () => {
    const before = database.row('SELECT value FROM meta');
    checkHead(database, key, 7000);
    expect(database.row('SELECT value FROM meta')).toEqual(before);
    forge(undefined);
    checkHead(database, key, 7000);
    expect(verifyChain(database, key)).toMatchObject({ intact: false, firstBroken: 11, brokenSinceMs: 7000 });
  });

  it('is intact while others append to it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-chain-'));
    try {
      const writer = new Database(join(folder, 'core.db'));
      writer.exec('PRAGMA journal_mode=WAL; CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID');
      syncNoun(writer, AUDIT);
      storeHead(writer, { sequence: 0, hash: GENESIS_HASH }, key);
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
    resignHead(database, { before: key, next }, 5000);
    appendAudit(database, entry('after'), next);
    expect(verifyChain(database, next)).toMatchObject({ intact: true, records: 1301 });
    expect(verifyChain(database, key)).toMatchObject({ intact: false });
  });

  it('is not made whole by a rotation', () => {
    const next = Buffer.alloc(32, 4);
    forge(Buffer.alloc(32, 9));
    resignHead(database, { before: key, next }, 5000);
    resignHead(database, { before: next, next: key }, 6000);
    const marked = { intact: false, firstBroken: 11, fault: 'earlier', brokenSinceMs: 5000 };
    expect(verifyChain(database, key)).toMatchObject(marked);
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
