// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, statSync } from 'node:fs';
import {
  err,
  type Failure,
  failure,
  ok,
  type Result,
  SEVERITIES,
  type Severity,
  severityRank,
} from '@bartizan/contracts';
import type { ItemPart, ScanItem } from '../report/item.ts';

/** What was there before, by fingerprint: how often in one target, and how bad it was then. */
interface Known {
  readonly count: number;
  readonly severity: Severity;
}

/** Findings that were accepted as they are when the file was written: only what is not in it counts. */
export interface Baseline {
  readonly writtenAt: string;
  readonly known: ReadonlyMap<string, Known>;
}

export type BaselineError = Failure<'E_BASELINE_INVALID'>;
/** Name of the form, so that another file is never taken for a baseline. */
export const FORM = 'bartizan.dev/scan-baseline/v1';
const ENTRIES_MAX = 1_000_000;
const BYTES_MAX = 256 * 1024 * 1024;

const isKnown = (value: unknown): value is Known & { fingerprint: string } => {
  const one = value as Partial<Known & { fingerprint: unknown }> | null;
  return (
    typeof one === 'object' &&
    one !== null &&
    typeof one.fingerprint === 'string' &&
    /^[0-9a-f]{32}$/.test(one.fingerprint) &&
    Number.isSafeInteger(one.count) &&
    (one.count ?? 0) > 0 &&
    SEVERITIES.includes(one.severity as Severity)
  );
};

/** The JSON of a file: a program wrote it, and it may be much larger than what people write. */
function readJson(path: string): Result<unknown, BaselineError> {
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) return err(failure('E_BASELINE_INVALID', `${path}: ${size} bytes`));
    return ok(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return err(
      failure('E_BASELINE_INVALID', `${path}: ${error instanceof Error ? error.message : 'cannot be read'}`),
    );
  }
}

/** Reads a baseline. A damaged one is refused: half a baseline would call old findings new, or worse. */
export function readBaseline(path: string): Result<Baseline, BaselineError> {
  const document = readJson(path);
  if (!document.ok) return document;
  const file = document.value as { form?: unknown; writtenAt?: unknown; findings?: unknown } | null;
  const { form, writtenAt, findings } = file ?? {};
  if (
    form !== FORM ||
    typeof writtenAt !== 'string' ||
    !Array.isArray(findings) ||
    findings.length > ENTRIES_MAX
  )
    return err(failure('E_BASELINE_INVALID', `${path}: not a ${FORM}`));
  const known = new Map<string, Known>();
  for (const [at, entry] of findings.entries()) {
    if (!isKnown(entry)) return err(failure('E_BASELINE_INVALID', `${path}: entry ${at + 1}`));
    known.set(entry.fingerprint, { count: entry.count, severity: entry.severity });
  }
  return ok({ writtenAt, known });
}

function holds(baseline: Baseline, { fingerprint, ordinal }: ItemPart, severity: Severity): boolean {
  const known = baseline.known.get(fingerprint);
  return (
    known !== undefined && ordinal <= known.count && severityRank(severity) >= severityRank(known.severity)
  );
}

/** Whether an item was there before with all that it names, and was not less bad then. */
export function isInBaseline(baseline: Baseline, item: ScanItem): boolean {
  const { parts, severity } = item;
  if (parts === undefined) return holds(baseline, item, severity);
  return parts.isAll && parts.list.every((part) => holds(baseline, part, severity));
}

/**
 * Whether a baseline has the finding and nothing of what it names: it was written when only the finding itself was kept,
 * and nobody knows what was found then.
 */
export const isHeldWithoutParts = (baseline: Baseline, item: ScanItem): boolean =>
  item.parts !== undefined && baseline.known.has(item.fingerprint);
