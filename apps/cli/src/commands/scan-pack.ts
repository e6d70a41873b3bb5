// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type AdvisoryPack, buildPack, openPack } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, pathsOf } from '../context.ts';
import { findAdvisories } from '../setup/advisories.ts';
import type { ScanFlags } from './scan-flags.ts';

/** The pack of the instance on this machine, when this user may read it. */
function localPack(context: CliContext): string | undefined {
  const paths = pathsOf(context);
  if (!paths.ok) return undefined;
  try {
    const folder = join(paths.value.controller, 'advisories');
    const name = readdirSync(folder).find((file) => file.endsWith('.pack'));
    return name === undefined ? undefined : join(folder, name);
  } catch {
    return undefined;
  }
}

/** The pack in use: named, of the local instance, or made from the advisories beside the checkout. */
function findPack(
  context: CliContext,
  flags: ScanFlags,
  work: string,
): Result<AdvisoryPack | undefined, ApiFailure> {
  const named = flags.pack ?? localPack(context) ?? findAdvisories(context.checkout);
  if (named === undefined) return ok(undefined);
  if (!existsSync(named)) return err(failure('E_PACK_MISSING', named));
  let file = named;
  if (statSync(named).isDirectory()) {
    file = join(work, 'advisories.pack');
    const built = buildPack({ from: named, to: file, nowMs: Date.now() });
    if (!built.ok) return err(failure(built.error.code, built.error.detail));
  }
  const opened = openPack(file);
  return opened.ok ? ok(opened.value) : err(failure(opened.error.code, opened.error.detail));
}

/** Runs a step with the pack of a call, and frees it afterwards; without flags the call needs none. */
export async function withPack<T>(
  context: CliContext,
  flags: ScanFlags | undefined,
  step: (pack: AdvisoryPack | undefined) => Promise<Result<T, ApiFailure>>,
): Promise<Result<T, ApiFailure>> {
  const work = mkdtempSync(join(tmpdir(), 'bartizan-scan-'));
  try {
    const pack = flags === undefined ? ok(undefined) : findPack(context, flags, work);
    if (!pack.ok) return pack;
    try {
      return await step(pack.value);
    } finally {
      pack.value?.close();
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
