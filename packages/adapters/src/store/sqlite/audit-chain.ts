// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditRecord } from '@bartizan/contracts';
import { type Database, numberOf, parseDocument, textOf } from './database.ts';
import { recordValues, upsertSql } from './entity-schema.ts';
import { AUDIT } from './nouns.ts';

/** What a caller knows of a record; position and hashes are the chain's. */
export type AuditEntry = Omit<AuditRecord, 'sequence' | 'previousHash' | 'hash'>;
/** What walking the chain found. */
export interface ChainVerdict {
  readonly intact: boolean;
  readonly records: number;
  readonly firstBroken?: number;
  readonly headHash: string;
}

/** Hash before the first record. */
export const GENESIS_HASH = '0'.repeat(64);
const WALK_ROWS = 1000;

/** JSON with sorted keys and no spaces: the same value always gives the same bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(',')}}`;
}

/** SHA-256 over everything of a record but its own hash. */
export function auditHash(record: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}

const HEAD_KEY = 'audit-head';

/** Ties the head of the chain to a key outside the data folder, so that a cut or rewritten chain is seen too. */
const headMac = (key: Buffer, sequence: number, hash: string): string =>
  createHmac('sha256', key).update(`bartizan-audit-head\n${sequence}\n${hash}`).digest('hex');

function storeHead(database: Database, sequence: number, hash: string, key: Buffer | undefined): void {
  const head = `${sequence}:${hash}:${key === undefined ? '' : headMac(key, sequence, hash)}`;
  database.run(
    'INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value',
    [HEAD_KEY, head],
  );
}

interface Head {
  readonly sequence: number;
  readonly hash: string;
  readonly mac: string;
}

function readHead(database: Database): Head | undefined {
  const row = database.row('SELECT value FROM meta WHERE name=?', [HEAD_KEY]);
  if (row === undefined) return undefined;
  const [sequence = '', hash = '', mac = ''] = textOf(row[0]).split(':');
  return { sequence: Number(sequence), hash, mac };
}

/** Appends one record inside the caller's transaction. */
export function appendAudit(database: Database, entry: AuditEntry, key: Buffer | undefined): AuditRecord {
  const last = readHead(database);
  const body = {
    ...entry,
    sequence: (last?.sequence ?? 0) + 1,
    previousHash: last?.hash ?? GENESIS_HASH,
  };
  const record: AuditRecord = { ...body, hash: auditHash(body) };
  database.run(upsertSql(AUDIT), recordValues(AUDIT, record));
  storeHead(database, record.sequence, record.hash, key);
  return record;
}

/** Signs the head with another key; part of a key rotation. */
export function resignHead(database: Database, key: Buffer): void {
  const head = readHead(database);
  if (head !== undefined) storeHead(database, head.sequence, head.hash, key);
}

/** Walks the whole chain. `key` also proves that nothing was cut off at the end. */
export function verifyChain(database: Database, key: Buffer | undefined): ChainVerdict {
  // Records and head of one instant: a record appended in between is not a broken chain.
  return database.snapshot(() => walkChain(database, key));
}

function walkChain(database: Database, key: Buffer | undefined): ChainVerdict {
  let previousHash = GENESIS_HASH;
  let records = 0;
  let last = 0;
  for (;;) {
    const rows = database.rows(
      `SELECT doc,id,tenant,f_sequence,rowid FROM audit WHERE rowid>? ORDER BY rowid LIMIT ${WALK_ROWS}`,
      [last],
    );
    for (const [doc, id, tenant, sequence, row] of rows) {
      const expected = records + 1;
      const broken = { intact: false, records, firstBroken: expected, headHash: previousHash };
      const record = parseAudit(textOf(doc));
      if (record === undefined || numberOf(sequence) !== expected || textOf(id) !== String(expected))
        return broken;
      const { hash, ...body } = record;
      const follows = body.sequence === expected && body.previousHash === previousHash;
      if (!follows || body.tenant !== textOf(tenant) || auditHash(body) !== hash) return broken;
      previousHash = hash;
      records = expected;
      last = numberOf(row);
    }
    if (rows.length < WALK_ROWS) break;
  }
  return headVerdict(readHead(database), { intact: true, records, headHash: previousHash }, key);
}

function headVerdict(head: Head | undefined, walked: ChainVerdict, key: Buffer | undefined): ChainVerdict {
  const broken = { ...walked, intact: false, firstBroken: walked.records + 1 };
  if (head === undefined) return walked.records === 0 ? walked : broken;
  if (head.sequence !== walked.records || head.hash !== walked.headHash) return broken;
  if (key === undefined || head.mac === '') return walked;
  const expected = Buffer.from(headMac(key, head.sequence, head.hash));
  const given = Buffer.from(head.mac);
  return given.length === expected.length && timingSafeEqual(given, expected) ? walked : broken;
}

function parseAudit(text: string): AuditRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? parseDocument<AuditRecord>(text) : undefined;
  } catch {
    return undefined;
  }
}
