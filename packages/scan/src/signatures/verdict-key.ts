// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';

/** Everything a verdict hangs on. What is not in here must not be able to change the verdict. */
export interface VerdictConditions {
  /** Digest of the manifest that is judged. */
  readonly artifactDigest: string;
  /** Content hash of the policy with its identities, keys, levels and counts. */
  readonly policyRevision: string;
  /** Digest of the trust root, or of each trust store. */
  readonly trustDigests: readonly string[];
  /** Digests of the signatures that were looked at; a new one may turn a refusal. */
  readonly signatureDigests: readonly string[];
  /** Revision of the verifier: a stricter one judges again. */
  readonly verifierRevision: number;
  readonly nowMs: number;
  /** Times at which a certificate, key, signature or list starts or ends to count. */
  readonly boundariesMs: readonly number[];
}

/** Raised whenever a verifier of this folder starts to judge otherwise. */
export const VERIFIER_REVISION = 1;
/** Verdicts are judged again after this time, boundaries or not. */
const BUCKET_MS = 6 * 3_600_000;

/** How many boundaries are past: a verdict holds only between two of them, whichever way the clock goes. */
const spanOf = (nowMs: number, boundariesMs: readonly number[]): number => {
  const sorted = [...new Set(boundariesMs)].sort((left, right) => left - right);
  return sorted.filter((one) => one < nowMs).length;
};

/**
 * Key under which a verdict may be kept. Two keys are equal only when all conditions are, in any order of the lists;
 * time counts by the span between two boundaries, and by six hours.
 */
export function verdictKey(conditions: VerdictConditions): string {
  const {
    artifactDigest,
    policyRevision,
    trustDigests,
    signatureDigests,
    verifierRevision,
    nowMs,
    boundariesMs,
  } = conditions;
  const parts = [
    artifactDigest,
    policyRevision,
    [...trustDigests].sort(),
    [...signatureDigests].sort(),
    verifierRevision,
    Math.floor(nowMs / BUCKET_MS),
    [...new Set(boundariesMs)].sort((left, right) => left - right),
    spanOf(nowMs, boundariesMs),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
