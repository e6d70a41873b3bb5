// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { err, failure, ok, parser, type Result } from '@bartizan/contracts';
import { ComplianceBundle } from '@bartizan/contracts/compliance';
import { contentHash } from '@bartizan/engine';
import { isSealed } from '@bartizan/engine/compliance';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { lookAtNode, type NodePlace } from './node-look.ts';

const BUNDLE_BYTES_MAX = 64 * 1024 * 1024;
const parseBundle = parser(ComplianceBundle);

/** Flags of `compliance collect`. */
export interface CollectFlags extends NodePlace {
  readonly file?: string;
}

const refused = (path: string, detail: string, cause?: unknown): Result<never, ApiFailure> =>
  err(failure('E_COMPLIANCE_BUNDLE', `${path}: ${detail}`, cause));

/** Reads a bundle and holds it to its hashes. */
export function readBundle(path: string): Result<ComplianceBundle, ApiFailure> {
  let value: unknown;
  try {
    if (statSync(path).size > BUNDLE_BYTES_MAX) return refused(path, `larger than ${BUNDLE_BYTES_MAX} bytes`);
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    return refused(path, cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
  const parsed = parseBundle(value);
  if (!parsed.ok) return refused(path, `${parsed.error[0]?.pointer ?? ''} ${parsed.error[0]?.detail ?? ''}`);
  const { content, sha256 } = parsed.value;
  if (contentHash(content) !== sha256 || !content.evidence.every(isSealed))
    return refused(path, 'its hash does not fit');
  return ok(parsed.value);
}

/** `compliance collect` */
export function runCollect(context: CliContext, flags: CollectFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const { file = 'compliance-bundle.json' } = flags;
    try {
      const bundle = lookAtNode(flags, Date.now());
      const written = `${JSON.stringify(bundle, null, 1)}\n`;
      if (file === '-') context.process.stdout.write(written);
      else writeFileSync(file, written, { mode: 0o600, flag: 'wx' });
      const values = { file, count: bundle.content.evidence.length, hash: bundle.sha256 };
      context.process.stderr.write(`${context.t('compliance.collected', values)}\n`);
      return ok(EXIT.fine);
    } catch (cause) {
      return refused(file, cause instanceof Error ? cause.message : 'it cannot be written', cause);
    }
  });
}
