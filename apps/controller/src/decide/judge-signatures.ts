// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AttachedPiece } from '@bartizan/adapters/registry';
import type { ImageSignature } from '@bartizan/contracts';
import {
  BUNDLE_TYPE,
  type ConditionVerdict,
  judgePolicy,
  openPublicKey,
  type PolicyOutcome,
  SIMPLE_SIGNING,
  type SignaturePolicy,
  type SignatureVerdict,
  type TrustRoot,
  verifyBundle,
  verifySimpleSignature,
} from '@bartizan/scan/signatures';

/** Nobody but the keys that were named is believed. */
const NOBODY: TrustRoot = {
  digest: 'none',
  logs: [],
  certificateLogs: [],
  authorities: [],
  timestampAuthorities: [],
};
const SIGNERS_MAX = 32;

type Key = NonNullable<ReturnType<typeof openPublicKey>>;

/** Bundles of every version begin like this. */
const BUNDLE = BUNDLE_TYPE.slice(0, BUNDLE_TYPE.indexOf('.bundle') + '.bundle'.length);
/** Envelopes of the Notary Project. */
const NOTATION = ['application/jose+json', 'application/cose'];

/** Whether a piece that lies beside an image may be a signature of it. */
export const mayBeSignature = (mediaType: string): boolean =>
  mediaType === SIMPLE_SIGNING || mediaType.startsWith(BUNDLE) || NOTATION.includes(mediaType);

/** What one signature says about one digest under one key; undefined where a key cannot judge it. */
function verdictOf(
  { mediaType, bytes, annotations }: AttachedPiece,
  digest: string,
  key: Key,
  nowMs: number,
): SignatureVerdict | undefined {
  const policy = { kind: 'key', key, logEntries: 0 } as const;
  if (mediaType === SIMPLE_SIGNING)
    return verifySimpleSignature({ payload: bytes, annotations }, digest, {
      policy,
      trustRoot: NOBODY,
      nowMs,
    });
  if (!mediaType.startsWith(BUNDLE)) return undefined;
  return verifyBundle({
    bundle: bytes,
    artifact: { kind: 'sha256', digest: Buffer.from(digest.slice('sha256:'.length), 'hex') },
    policy,
    trustRoot: NOBODY,
    nowMs,
  });
}

/** What cosign says in a statement that is a signature and nothing more. */
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';

/** Whether a bundle is a signature: bundles also carry statements about an image, such as how it was built. */
function isSignature({ mediaType, bytes }: AttachedPiece): boolean {
  if (!mediaType.startsWith(BUNDLE)) return true;
  try {
    const bundle = JSON.parse(bytes.toString('utf8')) as { dsseEnvelope?: { payload?: unknown } };
    const payload = bundle.dsseEnvelope?.payload;
    if (typeof payload !== 'string') return true;
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
      predicateType?: unknown;
    };
    return statement.predicateType === SIGNED;
  } catch {
    // One that cannot be read is a bad signature, not none.
    return true;
  }
}

const signerOf = ({ signer }: SignatureVerdict): string =>
  signer?.kind === 'key' ? `sha256:${signer.keySha256}` : (signer?.identity ?? 'unknown');

/** What is judged: signatures and the digests (of the image, of its index) any of which they may be about. */
export interface SignaturesToJudge {
  readonly signatures: readonly { readonly digest: string; readonly signature: AttachedPiece }[];
  /** Why there may be more that could not be fetched. */
  readonly missing: readonly string[];
  /** Public keys in PEM whose signatures count. */
  readonly keys: readonly string[];
  readonly nowMs: number;
}

/**
 * How an image is signed. `signed`: one of the keys did. `invalid`: there are signatures, and none is by one of the keys
 * or about this image. `unknown`: there are some that nobody here can judge. `unsigned`: there are none.
 */
export function judgeSignatures({
  signatures: found,
  missing,
  keys,
  nowMs,
}: SignaturesToJudge): ImageSignature {
  const signatures = found.filter(({ signature }) => isSignature(signature));
  const state = (name: ImageSignature['state'], reason?: string, signers: string[] = []): ImageSignature => ({
    state: name,
    signers,
    ...(reason === undefined ? {} : { reason: reason.slice(0, 512) }),
    checkedAtMs: nowMs,
  });
  const [gap] = missing;
  if (signatures.length === 0) return gap === undefined ? state('unsigned') : state('unknown', gap);
  const opened = keys.map((pem) => openPublicKey(pem)).filter((key) => key !== undefined);
  if (opened.length === 0)
    return state('unknown', `${signatures.length} signatures, and no key of this registry to judge them by`);
  const verdicts = signatures.flatMap(({ digest, signature }) =>
    opened.map((key) => verdictOf(signature, digest, key, nowMs)),
  );
  const known = verdicts.filter((verdict) => verdict !== undefined);
  const good = known.filter(({ outcome }) => outcome === 'verified').map(signerOf);
  if (good.length > 0) return state('signed', undefined, [...new Set(good)].slice(0, SIGNERS_MAX));
  const lacking = known.length < verdicts.length || known.some(({ outcome }) => outcome === 'unknown');
  if (gap !== undefined) return state('unknown', gap);
  const reason = known.at(-1)?.reasons.at(-1)?.detail;
  if (lacking) return state('unknown', reason ?? 'signatures of a kind that keys alone cannot judge');
  return state('invalid', reason ?? 'no signature holds');
}

/** An image with everything that lies beside it, to be judged by a policy. */
export interface ImageUnderPolicy extends Pick<SignaturesToJudge, 'signatures' | 'missing' | 'nowMs'> {
  readonly policy: SignaturePolicy;
  /** `HOST/REPOSITORY`, as policies name images. */
  readonly name: string;
  /** Digests of the image and of its index: a signature of either will do. */
  readonly digests: readonly string[];
}

/** What was found, of a condition and of all it is made of. */
const reasonsOf = ({ outcome, reasons, parts = [] }: ConditionVerdict, wanted: PolicyOutcome): string[] => [
  ...(outcome === wanted ? reasons : []),
  ...parts.flatMap((part) => reasonsOf(part, wanted)),
];

/**
 * How an image is signed by the policy of its registry: keys, identities with their issuer (keyless), and the trust
 * stores of the Notary Project. An image that no rule names is `unknown`: nobody said who has to sign it.
 */
export function judgeByPolicy({
  policy,
  name,
  digests,
  signatures,
  missing,
  nowMs,
}: ImageUnderPolicy): ImageSignature {
  const state = (what: ImageSignature['state'], reason?: string, signers: string[] = []): ImageSignature => ({
    state: what,
    signers,
    ...(reason === undefined ? {} : { reason: reason.slice(0, 512) }),
    checkedAtMs: nowMs,
  });
  const verdicts = digests.map((digest) => {
    const attached = signatures.flatMap((one) => (one.digest === digest ? [one.signature] : []));
    return judgePolicy(policy, name, { artifactDigest: digest, attached, missing }, nowMs);
  });
  const [first] = verdicts;
  if (first === undefined || first.rules.length === 0)
    return state('unknown', first?.reason ?? 'no digest to judge');
  const of = (wanted: PolicyOutcome): string[] =>
    verdicts.flatMap(({ rules }) => rules.flatMap((rule) => reasonsOf(rule, wanted)));
  if (verdicts.some(({ outcome }) => outcome === 'fulfilled')) {
    const signers = of('fulfilled').map((reason) =>
      (reason.split(': signed by ')[1] ?? reason).slice(0, 512),
    );
    return state('signed', undefined, [...new Set(signers)].slice(0, SIGNERS_MAX));
  }
  if (verdicts.some(({ outcome }) => outcome === 'unknown')) return state('unknown', of('unknown').at(-1));
  return signatures.length === 0 ? state('unsigned') : state('invalid', of('refused').at(-1));
}
