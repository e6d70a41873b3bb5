// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { AuditRecord } from '@bartizan/contracts';
import {
  type AuditHead,
  endToContinue,
  GENESIS_HASH,
  isSignedBy,
  readHead,
  storeHead,
} from './audit-head.ts';
import { type Cells, type Database, numberOf, parseDocument, textOf } from './database.ts';
import { derivedNames, derivedValues, recordValues, upsertSql } from './entity-schema.ts';
import { AUDIT } from './nouns.ts';

/** What a caller knows of a record; position and hashes are the chain's. */
export type AuditEntry = Omit<AuditRecord, 'sequence' | 'previousHash' | 'hash'>;
/** What walking the chain found. */
export interface ChainVerdict {
  readonly intact: boolean;
  readonly records: number;
  readonly firstBroken?: number;
  /** What does not fit: a record, the signature of the head, or the head when the chain went on from it earlier. */
  readonly fault?: 'record' | 'head' | 'earlier';
  /** When `earlier` was noticed. */
  readonly brokenSinceMs?: number;
  readonly headHash: string;
}

const WALK_ROWS = 1000;
/** Rowids that records get; those beyond could not even be read as numbers. */
const ROWID_MAX = Number.MAX_SAFE_INTEGER;
const WALK = `SELECT rowid,doc,cluster,tenant,id,${derivedNames(AUDIT).join(',')} FROM audit
  WHERE rowid>? AND rowid<=${ROWID_MAX} ORDER BY rowid LIMIT ${WALK_ROWS}`;

/** JSON with sorted keys and no spaces: the same value always gives the same bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let entries = '';
  for (const key of Object.keys(value).sort()) {
    const item: unknown = Reflect.get(value, key);
    if (item === undefined) continue;
    entries += `${entries === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${entries}}`;
}

/** SHA-256 over everything of a record but its own hash. */
export function auditHash(record: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}

/** Appends one record inside the caller's transaction. */
export function appendAudit(database: Database, entry: AuditEntry, key: Buffer | undefined): AuditRecord {
  const end = endToContinue(database, key, entry.atMs);
  const body = { ...entry, sequence: end.sequence + 1, previousHash: end.hash };
  const record: AuditRecord = { ...body, hash: auditHash(body) };
  database.run(upsertSql(AUDIT), recordValues(AUDIT, record));
  storeHead(database, { ...end, sequence: record.sequence, hash: record.hash }, key);
  return record;
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
    const rows = database.rows(WALK, [last]);
    for (const [row, doc, ...columns] of rows) {
      const expected = records + 1;
      const broken = brokenAt({ records, headHash: previousHash }, expected, 'record');
      const record = parseAudit(textOf(doc));
      if (record === undefined) return broken;
      const { hash, ...body } = record;
      const follows = body.sequence === expected && body.previousHash === previousHash;
      if (!follows || auditHash(body) !== hash || !isListedAs(record, columns)) return broken;
      previousHash = hash;
      records = expected;
      last = numberOf(row);
    }
    if (rows.length < WALK_ROWS) break;
  }
  const walked = { records, headHash: previousHash };
  return strayRecord(database, walked) ?? headVerdict(readHead(database), walked, key);
}

/** Whether the columns that lists show, sort and search by say what the record says: otherwise it is hidden, or found as another. */
function isListedAs(record: AuditRecord, columns: Cells): boolean {
  const { cluster, tenant } = AUDIT.owner(record);
  const expected = [cluster, tenant, AUDIT.id(record), ...derivedValues(AUDIT, record)];
  return expected.every((value, at) => {
    const column = columns[at];
    // What is no well-formed text was made so when it was stored.
    return value === column || (typeof value === 'string' && value.toWellFormed() === column);
  });
}

/** A record where the store puts none: lists show it among the others, the walk does not come by. */
function strayRecord(database: Database, walked: Walked): ChainVerdict | undefined {
  const [stray] = database.rows(
    `SELECT f_sequence FROM audit WHERE rowid<1 UNION ALL SELECT f_sequence FROM audit WHERE rowid>${ROWID_MAX}
      ORDER BY 1 LIMIT 1`,
  );
  if (stray === undefined) return undefined;
  const shown = Math.ceil(numberOf(stray[0]));
  return brokenAt(walked, Math.min(Math.max(shown, 1), walked.records + 1), 'record');
}

type Walked = Pick<ChainVerdict, 'records' | 'headHash'>;

const brokenAt = (
  { records, headHash }: Walked,
  firstBroken: number,
  fault: NonNullable<ChainVerdict['fault']>,
): ChainVerdict => ({ intact: false, records, firstBroken, fault, headHash });

function headVerdict(head: AuditHead | undefined, walked: Walked, key: Buffer | undefined): ChainVerdict {
  const whole = { intact: true, ...walked };
  const broken = brokenAt(walked, walked.records + 1, 'head');
  if (head === undefined) return key === undefined && walked.records === 0 ? whole : broken;
  if (head.sequence !== walked.records || head.hash !== walked.headHash) return broken;
  if (key !== undefined && !isSignedBy(head, key)) return broken;
  if (head.broken === undefined) return whole;
  const { sequence, sinceMs } = head.broken;
  return { ...brokenAt(walked, sequence, 'earlier'), brokenSinceMs: sinceMs };
}

function parseAudit(text: string): AuditRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? parseDocument<AuditRecord>(text) : undefined;
  } catch {
    return undefined;
  }
}
