// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { constants, type KeyObject, verify } from 'node:crypto';
import { asObject, type JsonObject, parseJson } from '../../json/fields.ts';
import { type Certificate, demandSigner, isIssuedBy, isValidAt, OID } from '../certificate.ts';
import { digestOf } from '../keys.ts';
import { demand, Refusal, type RefusalCode, refusalOf } from '../refusal.ts';
import { demandStamped, parseToken, signerOf } from '../timestamp.ts';
import type { SignatureVerdict, VerdictReason } from '../verdict.ts';
import { type Algorithm, type NotationEnvelope, parseEnvelope } from './envelope.ts';
import { isTrusted, nameParts, type TrustedIdentity } from './identity.ts';
import { isSignedByItself, type TrustStore } from './trust-store.ts';

/** What each check of a level does when it fails (trust policy specification of the Notary Project). */
type Action = 'enforce' | 'log' | 'skip';
/** The checks, in their order. */
export const NOTATION_CHECKS = ['integrity', 'authenticity', 'timestamp', 'expiry', 'revocation'] as const;
export type NotationCheck = (typeof NOTATION_CHECKS)[number];

/** Levels of a policy. `skip` accepts anything and says so. */
export const LEVELS: Readonly<
  Record<'strict' | 'permissive' | 'audit', Readonly<Record<NotationCheck, Action>>>
> = {
  strict: {
    integrity: 'enforce',
    authenticity: 'enforce',
    timestamp: 'enforce',
    expiry: 'enforce',
    revocation: 'enforce',
  },
  permissive: {
    integrity: 'enforce',
    authenticity: 'enforce',
    timestamp: 'log',
    expiry: 'log',
    revocation: 'log',
  },
  audit: { integrity: 'enforce', authenticity: 'log', timestamp: 'log', expiry: 'log', revocation: 'log' },
};

export interface NotationPolicy {
  readonly level: keyof typeof LEVELS;
  readonly stores: readonly TrustStore[];
  readonly identities: readonly TrustedIdentity[];
  /** Ask for a countersignature always, or only once the certificate has ended. */
  readonly verifyTimestamp: 'always' | 'after-expiry';
  /** User metadata the payload has to carry. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a verification is about; the manifest is named by its digest. Times are epoch milliseconds. */
export interface NotationRequest {
  readonly envelope: Buffer;
  readonly mediaType: string;
  readonly artifactDigest: string;
  readonly policy: NotationPolicy;
  readonly nowMs: number;
}

/** A verdict with the outcome of each check. */
export interface NotationVerdict extends SignatureVerdict {
  readonly checks: Readonly<Record<NotationCheck, 'fulfilled' | 'failed' | 'unknown' | 'not-run'>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

const CRL_POINTS = '2.5.29.31';
const AUTHORITY_ACCESS = '1.3.6.1.5.5.7.1.1';
const PATH_MAX = 8;
const HASH_OF: Readonly<Record<Algorithm, 'sha256' | 'sha384' | 'sha512'>> = {
  PS256: 'sha256',
  PS384: 'sha384',
  PS512: 'sha512',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
};

/** The one algorithm that goes with a key (signature specification, algorithm selection). */
function algorithmOf(key: KeyObject): Algorithm | undefined {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa')
    return ({ 2048: 'PS256', 3072: 'PS384', 4096: 'PS512' } as const)[modulusLength ?? 0];
  return ({ prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' } as const)[namedCurve ?? ''];
}

function isSignedBy(key: KeyObject, { algorithm, signedBytes, signature }: NotationEnvelope): boolean {
  const options = algorithm.startsWith('PS')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: 'ieee-p1363' as const };
  try {
    return verify(HASH_OF[algorithm], signedBytes, options, signature);
  } catch {
    return false;
  }
}

/** The certificates have to be one chain, from the signer to a root. */
function demandChain(chain: readonly Certificate[]): Certificate {
  const [leaf] = chain;
  demand(leaf !== undefined, 'certificate', 'no certificate');
  demandSigner(leaf, OID.codeSigning);
  for (const [index, one] of chain.entries()) {
    const next = chain[index + 1];
    if (next !== undefined) demand(isIssuedBy(one, next), 'certificate', 'the certificates are no chain');
    if (index > 0)
      demand(
        one.pathLength === undefined || one.pathLength >= index - 1,
        'certificate',
        'the chain is too long',
      );
  }
  const last = chain.at(-1);
  demand(last !== undefined && isSignedByItself(last), 'certificate', 'the chain does not end in a root');
  return leaf;
}

function readPayload(envelope: NotationEnvelope, request: NotationRequest): JsonObject | undefined {
  const payload = asObject(parseJson(envelope.payload.toString('utf8')));
  const target = asObject(payload?.['targetArtifact']);
  demand(target !== undefined, 'malformed', 'the payload names no artifact');
  demand(target['digest'] === request.artifactDigest, 'artifact', 'the signature is about another artifact');
  const annotations = asObject(target['annotations']);
  for (const [key, value] of Object.entries(request.policy.metadata ?? {}))
    demand(annotations?.[key] === value, 'statement', `the signature does not carry ${key}=${value}`);
  return annotations;
}

/** What the envelope says of itself, and that nobody changed it. */
function checkIntegrity(request: NotationRequest): { envelope: NotationEnvelope; leaf: Certificate } {
  const envelope = parseEnvelope(request.mediaType, request.envelope);
  const leaf = demandChain(envelope.chain);
  demand(algorithmOf(leaf.key) === envelope.algorithm, 'key', 'the algorithm does not go with the key');
  demand(isSignedBy(leaf.key, envelope), 'signature', 'the signature is wrong');
  return { envelope, leaf };
}

/** That the signature is about this artifact, and asks for nothing that is not done here. No level waives it. */
function demandApplicable(envelope: NotationEnvelope, request: NotationRequest): JsonObject | undefined {
  const { plugin, critical } = envelope;
  demand(
    plugin === undefined,
    'unsupported',
    `the signature asks for the plugin ${plugin ?? ''}; there are none here`,
  );
  demand(critical.length === 0, 'unsupported', `critical attribute ${critical[0] ?? ''}`);
  return readPayload(envelope, request);
}

const nameText = (name: ReadonlyMap<string, string>): string =>
  [...name].map(([part, value]) => `${part}=${value}`).join(',');

function checkAuthenticity(envelope: NotationEnvelope, leaf: Certificate, policy: NotationPolicy): string {
  const type = envelope.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const stores = policy.stores.filter((store) => store.type === type);
  if (stores.length === 0)
    throw new Refusal('trust-root', `the policy names no store of the type ${type}`, true);
  const store = stores.find(({ certificates }) =>
    envelope.chain.some((one) => certificates.some((other) => other.der.equals(one.der))),
  );
  demand(store !== undefined, 'certificate', 'the signer leads to no store of the policy');
  const name = nameParts(leaf.subject);
  const text = nameText(name);
  demand(
    policy.identities.some((identity) => isTrusted(name, identity)),
    'identity',
    `signed by ${text}`,
  );
  return `${text} (${store.type}:${store.name})`;
}

/** From the signer of a timestamp through the certificates in it to a root of the stores. */
function tsaPath(
  signer: Certificate,
  pool: readonly Certificate[],
  roots: readonly Certificate[],
): readonly Certificate[] {
  const path = [signer];
  while (path.length <= PATH_MAX) {
    const last = path.at(-1) ?? signer;
    if (roots.some((root) => root.der.equals(last.der))) return path;
    const next =
      roots.find((root) => isIssuedBy(last, root)) ??
      pool.find((one) => !path.includes(one) && isIssuedBy(last, one));
    if (next === undefined) break;
    path.push(next);
  }
  throw new Refusal('time', 'the timestamp leads to no timestamp store of the policy', roots.length === 0);
}

function checkCountersignature(
  { timestamp, signature, chain }: NotationEnvelope,
  policy: NotationPolicy,
): string {
  demand(timestamp !== undefined, 'time', 'there is no countersignature');
  const token = parseToken(timestamp);
  const signer = signerOf(token, token.certificates);
  demand(signer !== undefined, 'time', 'the timestamp brings no certificate of its signer');
  demandStamped(token, signer, signature);
  const roots = policy.stores
    .filter(({ type }) => type === 'tsa')
    .flatMap(({ certificates }) => certificates);
  const path = tsaPath(signer, token.certificates, roots);
  const known = [...token.certificates, ...roots];
  // A certificate that came along and that nobody issued is no part of what was signed.
  const isWhole = token.certificates.every(
    (one) => path.includes(one) || known.some((other) => isIssuedBy(one, other)),
  );
  demand(isWhole, 'time', 'timestamp: a certificate that does not belong to it');
  demand(
    path.every((one) => isValidAt(one, token.atMs)),
    'time',
    'a certificate of the timestamp was not valid then',
  );
  for (const at of [token.atMs - token.accuracyMs, token.atMs + token.accuracyMs])
    demand(
      chain.every((one) => isValidAt(one, at)),
      'time',
      'signed when the certificate was not valid',
    );
  return `timestamp authority ${new Date(token.atMs).toISOString()}`;
}

/** That the certificates were valid when the signature was made. */
function checkTimestamp(envelope: NotationEnvelope, policy: NotationPolicy, nowMs: number): string {
  const { chain, authenticSigningTimeMs: authenticMs } = envelope;
  if (authenticMs !== undefined) {
    demand(
      chain.every((one) => isValidAt(one, authenticMs)),
      'time',
      'signed when the certificate was not valid',
    );
    return `signing authority ${new Date(authenticMs).toISOString()}`;
  }
  const isValidNow = chain.every((one) => isValidAt(one, nowMs));
  if (policy.verifyTimestamp === 'always' || !isValidNow) return checkCountersignature(envelope, policy);
  return 'the certificates are valid now';
}

function checkRevocation(chain: readonly Certificate[]): string {
  const named = chain.find(
    ({ extensions }) => extensions.has(CRL_POINTS) || extensions.has(AUTHORITY_ACCESS),
  );
  // Nothing is fetched here; without a list of revoked certificates nobody can say.
  if (named !== undefined) throw new Refusal('revoked', 'no list of revoked certificates is at hand', true);
  return 'the certificates name no place that could revoke them';
}

/** Collects the outcome of each check; what comes after a failed integrity is not run. */
class Checks {
  readonly reasons: VerdictReason[] = [];
  readonly states: Record<NotationCheck, NotationVerdict['checks'][NotationCheck]> = {
    integrity: 'not-run',
    authenticity: 'not-run',
    timestamp: 'not-run',
    expiry: 'not-run',
    revocation: 'not-run',
  };
  outcome: SignatureVerdict['outcome'] = 'verified';
  readonly #level: Readonly<Record<NotationCheck, Action>>;

  constructor(level: keyof typeof LEVELS) {
    this.#level = LEVELS[level];
  }

  /** A check that every level enforces and that has no name of its own. */
  always<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      const refusal = refusalOf(error);
      this.reasons.push({ check: refusal.code, isFulfilled: false, detail: refusal.message });
      this.outcome = 'refused';
      return undefined;
    }
  }

  run<T>(check: NotationCheck, code: RefusalCode, body: () => T): T | undefined {
    const action = this.#level[check];
    if (action === 'skip') return undefined;
    try {
      const value = body();
      this.states[check] = 'fulfilled';
      this.reasons.push({
        check: code,
        isFulfilled: true,
        detail: typeof value === 'string' ? value : check,
      });
      return value;
    } catch (error) {
      const refusal = refusalOf(error);
      this.states[check] = refusal.isUnknown ? 'unknown' : 'failed';
      this.reasons.push({ check: refusal.code, isFulfilled: false, detail: refusal.message });
      if (action === 'enforce' && this.outcome !== 'refused')
        this.outcome = refusal.isUnknown ? 'unknown' : 'refused';
      return undefined;
    }
  }
}

const texts = (annotations: JsonObject | undefined): Record<string, string> | undefined =>
  annotations === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(annotations).filter((one): one is [string, string] => typeof one[1] === 'string'),
      );

/** Verifies a Notary Project signature offline: integrity, authenticity, time, expiry, revocation, in this order. */
export function verifyNotation(request: NotationRequest): NotationVerdict {
  const { policy, nowMs } = request;
  const checks = new Checks(policy.level);
  const read = checks.run('integrity', 'signature', () => checkIntegrity(request));
  if (read === undefined) return { outcome: checks.outcome, reasons: checks.reasons, checks: checks.states };
  const { envelope, leaf } = read;
  const annotations = checks.always(() => demandApplicable(envelope, request));
  checks.run('authenticity', 'identity', () => checkAuthenticity(envelope, leaf, policy));
  checks.run('timestamp', 'time', () => checkTimestamp(envelope, policy, nowMs));
  checks.run('expiry', 'expired', () => {
    const { expiryMs } = envelope;
    demand(expiryMs === undefined || nowMs <= expiryMs, 'expired', 'the signature has expired');
    return expiryMs === undefined ? 'it never expires' : new Date(expiryMs).toISOString();
  });
  checks.run('revocation', 'revoked', () => checkRevocation(envelope.chain));
  const metadata = texts(annotations);
  // Where nobody asks who signed, a name that cannot be read still refuses: the verdict has to say whose it is.
  const name =
    checks.outcome === 'verified' ? checks.always(() => nameText(nameParts(leaf.subject))) : undefined;
  const signer =
    name === undefined
      ? undefined
      : {
          kind: 'certificate' as const,
          identity: name,
          issuer: envelope.scheme,
          certificateSha256: digestOf('sha256', leaf.der).toString('hex'),
        };
  return {
    outcome: checks.outcome,
    reasons: checks.reasons,
    checks: checks.states,
    ...(signer === undefined ? {} : { signer }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}
