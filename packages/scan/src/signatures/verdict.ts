// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type RefusalCode, refusalOf } from './refusal.ts';

/** Who signed, as far as it is proved. */
export type SignerIdentity =
  | { readonly kind: 'key'; readonly keySha256: string }
  | {
      readonly kind: 'certificate';
      readonly identity: string;
      readonly issuer: string;
      readonly certificateSha256: string;
    };

/** A time somebody of the trust root vouches for. */
export interface ProvedTime {
  readonly source: 'log' | 'timestamp-authority';
  readonly by: string;
  readonly atMs: number;
}

/** A reason of a verdict: what was looked at, and what came out. */
export interface VerdictReason {
  readonly check: RefusalCode;
  readonly isFulfilled: boolean;
  readonly detail: string;
}

/**
 * What is known about a signature. `refused`: it is wrong, or not by whom the policy asks for. `unknown`: the trust root
 * or the material lacks what it takes to say; never to be taken for `verified`.
 */
export interface SignatureVerdict {
  readonly outcome: 'verified' | 'refused' | 'unknown';
  readonly reasons: readonly VerdictReason[];
  readonly signer?: SignerIdentity;
  readonly times?: readonly ProvedTime[];
  readonly logs?: readonly { readonly url: string; readonly index: number }[];
  /** Payload of the envelope, only of a verified one. */
  readonly payload?: { readonly type: string; readonly bytes: Buffer };
}

/** Runs the checks of a verifier; the first that refuses ends it, with all that was fulfilled before as reasons. */
export function judge(
  check: (
    note: (check: RefusalCode, detail: string) => void,
  ) => Omit<SignatureVerdict, 'outcome' | 'reasons'>,
): SignatureVerdict {
  const reasons: VerdictReason[] = [];
  try {
    const found = check((code, detail) => reasons.push({ check: code, isFulfilled: true, detail }));
    return { outcome: 'verified', reasons, ...found };
  } catch (error) {
    const { code, message, isUnknown } = refusalOf(error);
    reasons.push({ check: code, isFulfilled: false, detail: message });
    return { outcome: isUnknown ? 'unknown' : 'refused', reasons };
  }
}
