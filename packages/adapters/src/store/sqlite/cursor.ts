// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { err, failure, ok, type Query, type Result, type Scope } from '@bartizan/contracts';
import type { StoreFailure } from '../ports.ts';

/** Where a page ended: values of the sort key and its tie-breakers. */
export type Position = readonly (string | number)[];

const MAC_BYTES = 12;
const CURSOR_MAX = 1024;

/** What a cursor is bound to: it continues the same list with the same filter and sort, for the same scope. */
export function listFingerprint(list: string, scope: Scope, query: Query): string {
  const owner = scope.kind === 'tenant' ? [scope.cluster, scope.tenant] : [];
  return createHash('sha256')
    .update(JSON.stringify([list, owner, query.filter, query.sort ?? null]))
    .digest('base64url')
    .slice(0, 16);
}

/** Makes and checks opaque cursors; a cursor that was not made here, or for another list, is refused. */
export class CursorDesk {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** A cursor for the record at which a page ended. */
  encode(fingerprint: string, position: Position): string {
    const body = Buffer.from(JSON.stringify(position));
    return `${this.#mac(fingerprint, body)}.${body.toString('base64url')}`;
  }

  /** The position in a cursor. */
  decode(fingerprint: string, cursor: string): Result<Position, StoreFailure> {
    const refused = err(failure('E_CURSOR' as const, 'the cursor does not belong to this list'));
    const dot = cursor.indexOf('.');
    if (cursor.length > CURSOR_MAX || dot < 0) return refused;
    const body = Buffer.from(cursor.slice(dot + 1), 'base64url');
    const given = Buffer.from(cursor.slice(0, dot));
    const expected = Buffer.from(this.#mac(fingerprint, body));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refused;
    return ok(parsePosition(body.toString()));
  }

  #mac(fingerprint: string, body: Buffer): string {
    return createHmac('sha256', this.#key)
      .update(fingerprint)
      .update('\n')
      .update(body)
      .digest()
      .subarray(0, MAC_BYTES)
      .toString('base64url');
  }
}

/** Only called on bytes whose MAC is ours. */
function parsePosition(text: string): Position {
  return JSON.parse(text);
}
