// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KeyObject } from 'node:crypto';
import type { NotationPolicy } from '../notation/verify.ts';
import type { TrustRoot } from '../sigstore/trust-root.ts';
import type { SigstorePolicy } from '../sigstore/verify.ts';
import type { ClaimCondition } from './claim.ts';

/** Who has to have signed. */
export type Signer =
  | { readonly kind: 'sigstore'; readonly text: string; readonly policies: readonly SigstorePolicy[] }
  | { readonly kind: 'notation'; readonly text: string; readonly policy: NotationPolicy };

/** What an image has to carry. */
export type Condition =
  | { readonly kind: 'signature'; readonly by: Signer }
  | {
      readonly kind: 'attestation';
      readonly predicateType: string;
      readonly by: Signer & { readonly kind: 'sigstore' };
      /** What the predicate has to say; each of them. */
      readonly where: readonly ClaimCondition[];
    }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] };

/** What images with a name like one of these have to carry. */
export interface PolicyRule {
  readonly name: string;
  /** Patterns of `HOST/REPOSITORY`: `*` within a part of the path, `**` over parts. */
  readonly images: readonly string[];
  readonly condition: Condition;
}

/** Which signatures images have to carry. Every rule that an image's name fits has to be fulfilled. */
export interface SignaturePolicy {
  /** Content hash of the policy with the keys it names. */
  readonly revision: string;
  readonly rules: readonly PolicyRule[];
  /** What becomes of images that no rule names. */
  readonly unmatched: 'refuse' | 'allow';
  readonly trustRoot: TrustRoot;
}

/** A public key with its SHA-256, which stands for it in revisions. */
export interface NamedKey {
  readonly key: KeyObject;
  readonly sha256: string;
}
