// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { err, failure, ok, type Result, type Severity, severityRank } from '@bartizan/contracts';
import type { ItemPart } from '../report/item.ts';
import { type BaselineError, FORM } from './baseline.ts';
import type { StoodItem } from './standing.ts';

interface Entry {
  fingerprint: string;
  id: string;
  what: string;
  severity: Severity;
  count: number;
}

/** What is kept of an item: itself, or each thing that it names; nothing where it names more than is known. */
function heldOf(item: StoodItem): readonly ItemPart[] {
  if (item.parts === undefined) return [item];
  return item.parts.isAll ? item.parts.list : [];
}

/**
 * Writes what is open now, and what an older baseline answered for. What an exception or a statement answers for is left
 * out: it has to come back when its time is over.
 */
export function writeBaseline(
  path: string,
  targets: readonly (readonly StoodItem[])[],
  nowMs: number,
): Result<number, BaselineError> {
  const entries = new Map<string, Entry>();
  for (const items of targets) {
    for (const item of items) {
      if (item.standing.state !== 'open' && item.standing.state !== 'known') continue;
      const { id, severity } = item;
      for (const { fingerprint, ordinal } of heldOf(item)) {
        const entry = entries.get(fingerprint);
        const isLess = entry !== undefined && severityRank(entry.severity) < severityRank(severity);
        entries.set(fingerprint, {
          fingerprint,
          id,
          what: item.package?.name ?? item.paths[0] ?? '',
          severity: isLess ? entry.severity : severity,
          count: Math.max(entry?.count ?? 0, ordinal),
        });
      }
    }
  }
  const findings = [...entries.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const file = { form: FORM, writtenAt: new Date(nowMs).toISOString(), findings };
  try {
    writeFileSync(path, `${JSON.stringify(file, null, 1)}\n`);
  } catch (error) {
    return err(
      failure(
        'E_BASELINE_INVALID',
        `${path}: ${error instanceof Error ? error.message : 'cannot be written'}`,
      ),
    );
  }
  return ok(findings.length);
}
