// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync } from 'node:fs';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type LicencePolicy, readVex, type VexSet } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { readBaseline } from '../gate/baseline.ts';
import { readExceptions, type ScanException } from '../gate/exceptions.ts';
import type { GateRules } from '../gate/standing.ts';
import type { ScanFlags } from './scan-flags.ts';
import { licencePolicy } from './scan-licences.ts';

/** What the user brought to hold findings against: read before anything is scanned, so that a wrong file costs nothing. */
export interface ScanRules {
  readonly gate: GateRules;
  /** Statements that the user names. They decide before those of anybody else. */
  readonly statements: readonly VexSet[];
  /** Licences that are refused, where any are. */
  readonly licences?: LicencePolicy;
}

function readStatements(files: readonly string[]): Result<readonly VexSet[], ApiFailure> {
  const statements = [];
  for (const path of files) {
    if (!existsSync(path)) return err(failure('E_VEX_INVALID', path));
    const read = readVex(readFileSync(path));
    if (!read.ok) return err(failure(read.error.code, `${path}: ${read.error.detail}`));
    for (const statement of read.value.statements) statements.push(statement);
  }
  return ok([{ origin: 'user', statements }]);
}

/** Reads statements, licences, exceptions and the baseline of a call. */
export async function readRules(flags: ScanFlags, nowMs: number): Promise<Result<ScanRules, ApiFailure>> {
  const statements = readStatements(flags.vex);
  if (!statements.ok) return statements;
  const policy = licencePolicy(flags);
  if (!policy.ok) return policy;
  const exceptions: ScanException[] = [];
  for (const path of flags.exceptions ?? []) {
    const read = await readExceptions(path);
    if (!read.ok) return read;
    exceptions.push(...read.value);
  }
  const rules = {
    statements: statements.value,
    ...(policy.value === undefined ? {} : { licences: policy.value }),
  };
  if (flags.baseline === undefined) return ok({ ...rules, gate: { exceptions, nowMs } });
  const baseline = readBaseline(flags.baseline);
  return baseline.ok ? ok({ ...rules, gate: { exceptions, baseline: baseline.value, nowMs } }) : baseline;
}
