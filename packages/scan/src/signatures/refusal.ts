// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

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

/** Ends the verification unless the condition holds. */
export function demand(condition: unknown, code: RefusalCode, detail: string): asserts condition {
  if (!condition) throw new Refusal(code, detail);
}
