// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isSealed } from '../sealer.ts';
import { type Cells, type Database, numberOf, type Statement, textOf } from './database.ts';
import { readKeyId } from './key-id.ts';

/** Hash before the first record. */
export const GENESIS_HASH = '0'.repeat(64);

/** That a head did not fit its key once: the chain stays broken, whatever is appended after. */
export interface BrokenMark {
  /** The first record after what does not fit. */
  readonly sequence: number;
  /** When it was noticed. */
  readonly sinceMs: number;
}

/** Where the chain ends. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
  readonly broken?: BrokenMark;
}

/** The end as it is stored: tied to a key outside the data folder, so that a cut or rewritten chain is seen too. */
export interface AuditHead extends ChainEnd {
  /** Empty where the data has no key. */
  readonly mac: string;
}

const HEAD_KEY = 'audit-head';

/** The question for the head; `headOf` reads the answer. */
export const HEAD_QUESTION: Statement = { sql: 'SELECT value FROM meta WHERE name=?', params: [HEAD_KEY] };

/** The mark is signed with the head: without it the signature does not fit, so it cannot be taken away either. */
function macOf(key: Buffer, { sequence, hash, broken }: ChainEnd): string {
  const text =
    broken === undefined
      ? `bartizan-audit-head\n${sequence}\n${hash}`
      : `bartizan-audit-head broken\n${sequence}\n${hash}\n${broken.sequence}\n${broken.sinceMs}`;
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Stores where the chain ends, signed where there is a key. */
export function storeHead(database: Database, end: ChainEnd, key: Buffer | undefined): void {
  const parts: (string | number)[] = [end.sequence, end.hash, key === undefined ? '' : macOf(key, end)];
  if (end.broken !== undefined) parts.push(end.broken.sequence, end.broken.sinceMs);
  database.run(
    'INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value',
    [HEAD_KEY, parts.join(':')],
  );
}

/** The head as it is stored, whoever wrote it. */
export const readHead = (database: Database): AuditHead | undefined =>
  headOf(database.row(HEAD_QUESTION.sql, HEAD_QUESTION.params));

/** What a row with the head says. */
export function headOf(row: Cells | undefined): AuditHead | undefined {
  if (row === undefined) return undefined;
  const [sequence = '', hash = '', mac = '', at, since] = textOf(row[0]).split(':');
  return {
    ...{ sequence: Number(sequence), hash, mac },
    ...(at === undefined ? {} : { broken: { sequence: Number(at), sinceMs: Number(since) } }),
  };
}

/** Whether a head was signed with this key, as it stands. */
export function isSignedBy(head: AuditHead, key: Buffer): boolean {
  const expected = Buffer.from(macOf(key, head));
  const given = Buffer.from(head.mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * Where the chain goes on. Behind a head that does not fit the key, it goes on after the last record there is, marked as
 * broken: nothing is lost, and what somebody forged is never signed as whole.
 */
export function endToContinue(database: Database, key: Buffer | undefined, nowMs: number): ChainEnd {
  const head = readHead(database);
  if (key === undefined) return head ?? lastRecord(database);
  if (head !== undefined && isSignedBy(head, key)) return head;
  const last = lastRecord(database);
  return { ...last, broken: { sequence: last.sequence + 1, sinceMs: nowMs } };
}

function lastRecord(database: Database): ChainEnd {
  const row = database.row('SELECT f_sequence,doc FROM audit ORDER BY f_sequence DESC LIMIT 1');
  return row === undefined
    ? { sequence: 0, hash: GENESIS_HASH }
    : {
        sequence: numberOf(row[0]),
        hash: /"hash":"([0-9a-f]{64})"/.exec(textOf(row[1]))?.[1] ?? GENESIS_HASH,
      };
}

/** Marks a head that does not fit; one that fits stays as it is. */
export function checkHead(database: Database, key: Buffer, nowMs: number): void {
  const head = readHead(database);
  if (head === undefined || !isSignedBy(head, key))
    storeHead(database, endToContinue(database, key, nowMs), key);
}

/** Signs the head with another key; part of a key rotation. A head that does not fit the key before stays broken. */
export function resignHead(
  database: Database,
  keys: { readonly before: Buffer | undefined; readonly next: Buffer },
  nowMs: number,
): void {
  storeHead(database, endToContinue(database, keys.before, nowMs), keys.next);
}

/**
 * Signs what has no signature yet: new data, data that was kept without a key until now, and data of older versions
 * that nobody has used. Anything else without a signature was robbed of it. What counts as proof of use is what an
 * installation cannot lose unseen: its sealed settings, and the credentials of its users.
 */
export function adoptHead(database: Database, key: Buffer): void {
  const head = readHead(database);
  if (head !== undefined && head.mac !== '') return;
  const isSealedAlready = database
    .rows('SELECT value FROM settings')
    .some(([value]) => isSealed(textOf(value)));
  if (isSealedAlready) return;
  const wasWithoutKey = readKeyId(database) === undefined;
  const isUnused =
    head === undefined &&
    database.number('SELECT count(*) FROM audit') === 0 &&
    database.number('SELECT count(*) FROM credentials') === 0;
  if (wasWithoutKey || isUnused) storeHead(database, head ?? lastRecord(database), key);
}
