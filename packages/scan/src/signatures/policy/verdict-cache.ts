// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { VERIFIER_REVISION, verdictKey } from '../verdict-key.ts';
import { boundariesOf } from './boundaries.ts';
import type { Condition, SignaturePolicy } from './condition.ts';
import type { Evidence } from './evidence.ts';
import { judgePolicy, type PolicyVerdict } from './judge-policy.ts';

const ENTRIES_MAX = 10_000;

/** Digests of every trust store a condition names. */
const storesOf = (condition: Condition): readonly string[] => {
  if ('of' in condition) return condition.of.flatMap(storesOf);
  return condition.by.kind === 'notation' ? condition.by.policy.stores.map(({ digest }) => digest) : [];
};

/**
 * Verdicts of a policy, kept in memory under everything they hang on: image and digest, policy, trust root and stores,
 * the signatures that were looked at, the verifier, and the span of time. What is unknown, or was judged without some of
 * the evidence, is never kept. There is no file behind it: who could write that could say what is signed.
 */
export class VerdictCache {
  readonly #kept = new Map<string, PolicyVerdict>();
  readonly #most: number;
  #hits = 0;

  constructor(most = ENTRIES_MAX) {
    this.#most = most;
  }

  /** How often a kept verdict was given. */
  get hits(): number {
    return this.#hits;
  }

  judge(policy: SignaturePolicy, image: string, evidence: Evidence, nowMs: number): PolicyVerdict {
    const key = verdictKey({
      artifactDigest: evidence.artifactDigest,
      policyRevision: JSON.stringify([policy.revision, image]),
      trustDigests: [
        policy.trustRoot.digest,
        ...policy.rules.flatMap(({ condition }) => storesOf(condition)),
      ],
      // The annotations carry the certificate and the log entry of older signatures.
      signatureDigests: evidence.attached.map(({ digest, mediaType, annotations }) =>
        JSON.stringify([digest, mediaType, Object.entries(annotations).sort()]),
      ),
      verifierRevision: VERIFIER_REVISION,
      nowMs,
      boundariesMs: boundariesOf(policy, evidence),
    });
    const kept = this.#kept.get(key);
    if (kept !== undefined && evidence.missing.length === 0) {
      this.#hits += 1;
      this.#keep(key, kept);
      return kept;
    }
    const verdict = judgePolicy(policy, image, evidence, nowMs);
    if (verdict.outcome !== 'unknown' && evidence.missing.length === 0) this.#keep(key, verdict);
    return verdict;
  }

  /** The longest unused goes first. */
  #keep(key: string, verdict: PolicyVerdict): void {
    this.#kept.delete(key);
    this.#kept.set(key, verdict);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
  }
}
