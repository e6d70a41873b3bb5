// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Signatures and attestations: bundles, envelopes and trust roots in, verdicts with their reasons out. Everything is
 * verified offline against keys the operator named; nothing is fetched. Serves k02 (supply chain).
 */
export { type BuildInput, type Predicate, readPredicate } from './attestation/predicate.ts';
export { IN_TOTO, parseStatement, type Statement, type Subject } from './attestation/statement.ts';
export { openPublicKey, type Signed } from './keys.ts';
export { COSE, JWS } from './notation/envelope.ts';
export { parseIdentity, type TrustedIdentity } from './notation/identity.ts';
export { loadTrustStore, type StoreFile, type StoreType, type TrustStore } from './notation/trust-store.ts';
export {
  LEVELS,
  NOTATION_CHECKS,
  type NotationCheck,
  type NotationPolicy,
  type NotationRequest,
  type NotationVerdict,
  verifyNotation,
} from './notation/verify.ts';
export { boundariesOf } from './policy/boundaries.ts';
export type { ClaimCondition } from './policy/claim.ts';
export type { Condition, PolicyRule, SignaturePolicy, Signer } from './policy/condition.ts';
export { type Attached, type Evidence, isSignature, STORED_ENVELOPE } from './policy/evidence.ts';
export { imageName } from './policy/image-name.ts';
export {
  asAttestation,
  type ConditionVerdict,
  judgePolicy,
  type PolicyOutcome,
  type PolicyVerdict,
} from './policy/judge-policy.ts';
export { type PolicyFiles, parseSignaturePolicy } from './policy/parse-policy.ts';
export { VerdictCache } from './policy/verdict-cache.ts';
export { REFUSALS, type RefusalCode } from './refusal.ts';
export {
  BUNDLE_TYPE,
  type Claim,
  openSigningKey,
  type SigningKey,
  signArtifact,
  signClaim,
} from './sign/sign.ts';
export type { IdentityMatch, TextMatch } from './sigstore/identity.ts';
export {
  SIMPLE_SIGNING,
  type SimpleSignature,
  verifySimpleSignature,
  verifyStoredEnvelope,
} from './sigstore/simple-signing.ts';
export {
  parseTrustRoot,
  type TrustedAuthority,
  type TrustedLog,
  type TrustRoot,
  type Validity,
} from './sigstore/trust-root.ts';
export { type SigstorePolicy, type SigstoreRequest, verifyBundle } from './sigstore/verify.ts';
export type { ProvedTime, SignatureVerdict, SignerIdentity, VerdictReason } from './verdict.ts';
export { VERIFIER_REVISION, type VerdictConditions, verdictKey } from './verdict-key.ts';
