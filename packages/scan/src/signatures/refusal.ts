// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { InvariantError } from '@bartizan/contracts';

/** Why a signature is not accepted; the closed list of everything a verifier may say. */
export const REFUSALS = [
  'malformed',
  'unsupported',
  'artifact',
  'signature',
  'key',
  'certificate',
  'identity',
  'certificate-log',
  'log',
  'log-entry',
  'time',
  'statement',
  'trust-root',
  'expired',
  'revoked',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/**
 * How a check inside this folder ends the verification. It never leaves the folder: the verifiers turn it into a
 * verdict, and parsers into a Result.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  /** Whether the trust root lacks what the check needs, so that nobody can say. */
  readonly isUnknown: boolean;

  constructor(code: RefusalCode, detail: string, isUnknown = false) {
    super(detail);
    this.code = code;
    this.isUnknown = isUnknown;
  }
}

const DETAIL_MAX = 200;

/**
 * What ended a check, as a refusal. Anybody may attach anything to an image: what breaks its reader is malformed, and
 * must not end whoever asked. A broken promise of ours is thrown on.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof InvariantError) throw error;
  if (error instanceof Refusal) return error;
  const detail = error instanceof Error ? error.message : 'unknown';
  return new Refusal('malformed', `cannot be read (${detail.slice(0, DETAIL_MAX)})`);
}

/** Ends the verification unless the condition holds. */
export function demand(condition: unknown, code: RefusalCode, detail: string): asserts condition {
  if (!condition) throw new Refusal(code, detail);
}
