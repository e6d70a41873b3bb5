// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditRecord } from '@bartizan/contracts';
import type { Change, Outcome } from '../access.ts';
import { StoreFault } from '../failure.ts';
import { type AuditEntry, appendAudit } from '../sqlite/audit-chain.ts';
import { resignHead } from '../sqlite/audit-head.ts';
import type { Database } from '../sqlite/database.ts';
import { storeKeyId } from '../sqlite/key-id.ts';
import type { WriterRequest } from './protocol.ts';

type Rotation = Extract<WriterRequest, { op: 'rotate' }>;

const RETURNING = /\bRETURNING\b/;

/** Runs changes inside the caller's transaction. */
export function applyChanges(database: Database, changes: readonly Change[]): Outcome[] {
  return changes.map(({ sql, rows }) => {
    if (RETURNING.test(sql)) {
      const returned = rows.flatMap((params) => database.rows(sql, params));
      return { changes: returned.length, returned };
    }
    let changed = 0;
    for (const params of rows) changed += database.run(sql, params);
    return { changes: changed, returned: [] };
  });
}

/** Appends to the audit chain inside the caller's transaction. */
export const applyAudit = (database: Database, entry: AuditEntry, key: Uint8Array | undefined): AuditRecord =>
  appendAudit(database, entry, bufferOf(key));

const bufferOf = (key: Uint8Array | undefined): Buffer | undefined =>
  key === undefined ? undefined : Buffer.from(key);

/** Replaces sealed settings, each only if it is still what was unsealed, and signs the audit head anew: all or nothing. */
export function applyRotation(database: Database, request: Rotation, before: Uint8Array | undefined): number {
  const { settings, auditKey, keyId, nowMs } = request;
  for (const [name, before, after] of settings) {
    const changed = database.run('UPDATE settings SET value=? WHERE name=? AND value=?', [
      after,
      name,
      before,
    ]);
    if (changed !== 1) {
      throw new StoreFault({ code: 'E_CONFLICT', detail: `the setting ${name} changed during the rotation` });
    }
  }
  const keys = { before: bufferOf(before), next: Buffer.from(auditKey) };
  resignHead(database, keys, nowMs);
  storeKeyId(database, keyId);
  return settings.length;
}
