// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fitsPathPattern } from '../../path-pattern/path-pattern.ts';
import { readPredicate } from '../attestation/predicate.ts';
import { IN_TOTO, parseStatement, type Statement } from '../attestation/statement.ts';
import { verifyNotation } from '../notation/verify.ts';
import { refusalOf } from '../refusal.ts';
import { SIMPLE_SIGNING, verifySimpleSignature, verifyStoredEnvelope } from '../sigstore/simple-signing.ts';
import { verifyBundle } from '../sigstore/verify.ts';
import type { SignatureVerdict } from '../verdict.ts';
import { unmetClaims } from './claim.ts';
import type { Condition, PolicyRule, SignaturePolicy, Signer } from './condition.ts';
import { type Attached, type Evidence, kindOf } from './evidence.ts';

/** `unknown` is never to be taken for `fulfilled`. */
export type PolicyOutcome = 'fulfilled' | 'refused' | 'unknown';

/** What became of one condition, and why. */
export interface ConditionVerdict {
  readonly condition: string;
  readonly outcome: PolicyOutcome;
  readonly reasons: readonly string[];
  readonly parts?: readonly ConditionVerdict[];
}

/** What became of one image under a policy. */
export interface PolicyVerdict {
  readonly outcome: PolicyOutcome;
  readonly image: string;
  readonly digest: string;
  readonly revision: string;
  /** One for each rule that the name of the image fits. */
  readonly rules: readonly (ConditionVerdict & { readonly rule: string })[];
  /** Why, where no rule speaks of the image. */
  readonly reason?: string;
}

/** What a verification is about. */
interface Matter {
  readonly policy: SignaturePolicy;
  readonly evidence: Evidence;
  readonly nowMs: number;
}

/** Predicate type under which cosign 3 signs an image: a statement that says nothing but that. */
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';
const REASONS_MAX = 8;
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** Verdicts of one attached signature, one for each signer that would do. */
function verdictsOf(
  attached: Attached,
  by: Signer,
  { policy, evidence, nowMs }: Matter,
): readonly SignatureVerdict[] {
  const kind = kindOf(attached.mediaType);
  const { artifactDigest } = evidence;
  if (by.kind === 'notation') {
    if (kind !== 'notation') return [];
    const { bytes: envelope, mediaType } = attached;
    return [verifyNotation({ envelope, mediaType, artifactDigest, policy: by.policy, nowMs })];
  }
  const { trustRoot } = policy;
  return by.policies.flatMap((one): readonly SignatureVerdict[] => {
    const matter = { policy: one, trustRoot, nowMs };
    if (kind === 'bundle') {
      const [, hex = ''] = DIGEST.exec(artifactDigest) ?? [];
      const artifact = { kind: 'sha256', digest: Buffer.from(hex, 'hex') } as const;
      return [verifyBundle({ ...matter, bundle: attached.bytes, artifact })];
    }
    const stored = { payload: attached.bytes, annotations: attached.annotations };
    if (kind === 'simple') return [verifySimpleSignature(stored, artifactDigest, matter)];
    return kind === 'envelope' ? [verifyStoredEnvelope(stored, artifactDigest, matter)] : [];
  });
}

/** The statement of a verified envelope; undefined for a signature that makes none. */
const statementOf = ({ payload }: SignatureVerdict): Statement | undefined =>
  payload?.type === IN_TOTO ? parseStatement(payload.bytes) : undefined;

/** Whether a verified signature is one of the image itself: an attestation says something about it, and is none. */
function isPlain(verdict: SignatureVerdict): boolean {
  if (verdict.payload === undefined || verdict.payload.type === SIMPLE_SIGNING) return true;
  return statementOf(verdict)?.predicateType === SIGNED;
}

const signerText = ({ signer }: SignatureVerdict): string =>
  signer === undefined
    ? ''
    : signer.kind === 'key'
      ? `key ${signer.keySha256}`
      : `${signer.identity} (${signer.issuer})`;

const lastReason = ({ reasons }: SignatureVerdict): string =>
  reasons
    .filter(({ isFulfilled }) => !isFulfilled)
    .map(({ check, detail }) => `${check}: ${detail}`)
    .join('; ');

/** Why a verified envelope is not the attestation that is asked for; undefined when it is. */
function attestationFault(
  verdict: SignatureVerdict,
  wanted: Pick<Condition & { kind: 'attestation' }, 'predicateType' | 'where'>,
): string | undefined {
  const statement = statementOf(verdict);
  if (statement === undefined || statement.predicateType !== wanted.predicateType)
    return `says ${statement?.predicateType ?? 'nothing but that it is signed'}`;
  const predicate = readPredicate(statement);
  if (predicate.kind === 'malformed') return predicate.reason;
  const unmet = unmetClaims(statement.predicate, wanted.where);
  return unmet.length === 0 ? undefined : `does not hold: ${unmet.join(', ')}`;
}

/** A verdict held against the type of attestation that is asked for: a signature, or another statement, is none. */
export function asAttestation(verdict: SignatureVerdict, predicateType: string): SignatureVerdict {
  if (verdict.outcome !== 'verified') return verdict;
  const fault = attestationFault(verdict, { predicateType, where: [] });
  const reason = {
    check: 'statement',
    isFulfilled: fault === undefined,
    detail: fault ?? predicateType,
  } as const;
  const reasons = [...verdict.reasons, reason];
  return fault === undefined ? { ...verdict, reasons } : { outcome: 'refused', reasons };
}

const conditionText = (condition: Condition & { kind: 'signature' | 'attestation' }): string =>
  condition.kind === 'signature'
    ? `signature by ${condition.by.text}`
    : `attestation ${condition.predicateType} by ${condition.by.text}`;

/** What one attached piece is worth for a condition: who signed it, or why it is no help. */
interface Worth {
  readonly isGood: boolean;
  readonly isUnknown: boolean;
  readonly detail: string;
}

function* worthOf(
  attached: Attached,
  condition: Condition & { kind: 'signature' | 'attestation' },
  matter: Matter,
): Generator<Worth> {
  for (const verdict of verdictsOf(attached, condition.by, matter)) {
    if (verdict.outcome !== 'verified') {
      yield { isGood: false, isUnknown: verdict.outcome === 'unknown', detail: lastReason(verdict) };
      continue;
    }
    const fault =
      condition.kind === 'attestation'
        ? attestationFault(verdict, condition)
        : isPlain(verdict)
          ? undefined
          : 'is an attestation, not a signature';
    const isGood = fault === undefined;
    yield { isGood, isUnknown: false, detail: fault ?? `signed by ${signerText(verdict)}` };
  }
}

/** Anybody may attach anything to an image: what breaks its reader is refused, and does not stop the others. */
function* readable(worth: Generator<Worth>): Generator<Worth> {
  try {
    yield* worth;
  } catch (error) {
    const { code, message, isUnknown } = refusalOf(error);
    yield { isGood: false, isUnknown, detail: `${code}: ${message}` };
  }
}

/** A condition on signatures: one that is right will do. */
function judgeSigned(
  condition: Condition & { kind: 'signature' | 'attestation' },
  matter: Matter,
): ConditionVerdict {
  const text = conditionText(condition);
  const reasons: string[] = [];
  let isUnknown = matter.evidence.missing.length > 0;
  for (const attached of matter.evidence.attached) {
    const name = attached.digest.slice(0, 19);
    for (const { isGood, isUnknown: isOpen, detail } of readable(worthOf(attached, condition, matter))) {
      if (isGood) return { condition: text, outcome: 'fulfilled', reasons: [`${name}: ${detail}`] };
      isUnknown ||= isOpen;
      reasons.push(`${name}: ${detail}`);
    }
  }
  const told = reasons.length === 0 ? ['no signature of this kind lies beside the image'] : reasons;
  return {
    condition: text,
    outcome: isUnknown ? 'unknown' : 'refused',
    reasons: [...matter.evidence.missing, ...told].slice(0, REASONS_MAX),
  };
}

function join(kind: 'all' | 'any', parts: readonly ConditionVerdict[]): PolicyOutcome {
  const has = (outcome: PolicyOutcome): boolean => parts.some((one) => one.outcome === outcome);
  if (kind === 'any') return has('fulfilled') ? 'fulfilled' : has('unknown') ? 'unknown' : 'refused';
  return has('refused') ? 'refused' : has('unknown') ? 'unknown' : 'fulfilled';
}

function judgeCondition(condition: Condition, matter: Matter): ConditionVerdict {
  if (condition.kind === 'signature' || condition.kind === 'attestation')
    return judgeSigned(condition, matter);
  const parts = condition.of.map((one) => judgeCondition(one, matter));
  return { condition: condition.kind, outcome: join(condition.kind, parts), reasons: [], parts };
}

/** Rules that speak of an image, by its name without tag and digest. */
export const rulesFor = ({ rules }: SignaturePolicy, image: string): readonly PolicyRule[] =>
  rules.filter(({ images }) => images.some((pattern) => fitsPathPattern(image, pattern)));

/**
 * Judges an image by everything that lies beside it. Each rule that its name fits has to be fulfilled; an image that no
 * rule names is refused, unless the policy says otherwise.
 */
export function judgePolicy(
  policy: SignaturePolicy,
  image: string,
  evidence: Evidence,
  nowMs: number,
): PolicyVerdict {
  const head = { image, digest: evidence.artifactDigest, revision: policy.revision };
  const rules = rulesFor(policy, image).map(({ name, condition }) => ({
    rule: name,
    ...judgeCondition(condition, { policy, evidence, nowMs }),
  }));
  if (rules.length === 0)
    return {
      ...head,
      outcome: policy.unmatched === 'allow' ? 'fulfilled' : 'refused',
      rules,
      reason: `no rule of the policy names the image; those are ${policy.unmatched === 'allow' ? 'allowed' : 'refused'}`,
    };
  return { ...head, outcome: join('all', rules), rules };
}
