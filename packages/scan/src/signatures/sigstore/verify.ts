// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KeyObject } from 'node:crypto';
import { demandStatement } from '../attestation/statement.ts';
import { buildPath, type Certificate, demandSigner, isValidAt, OID } from '../certificate.ts';
import { digestOf, isSigned, type Signed, sha256Of, spkiOf } from '../keys.ts';
import { demand, Refusal, type RefusalCode } from '../refusal.ts';
import { demandStamped, parseResponse, signerOf, type Token } from '../timestamp.ts';
import { judge, type ProvedTime, type SignatureVerdict } from '../verdict.ts';
import { type Bundle, type Envelope, parseBundle } from './bundle.ts';
import { demandSameEntry, type Held } from './entry.ts';
import { fits, type IdentityMatch, identityOf, issuerOf } from './identity.ts';
import { demandLogAt, demandLogged, type LogWitness } from './log.ts';
import { demandCertificateLogged } from './sct.ts';
import { covers, type TrustedAuthority, type TrustRoot } from './trust-root.ts';

/** Who may have signed, and how much proof it takes. */
export type SigstorePolicy =
  | {
      readonly kind: 'identity';
      readonly identities: readonly IdentityMatch[];
      /** Entries in logs of the trust root, at least; 1 unless said otherwise. */
      readonly logEntries?: number;
    }
  | {
      readonly kind: 'key';
      readonly key: KeyObject;
      /** Names under which bundles may call the key, beside its SHA-256. */
      readonly hints?: readonly string[];
      /** Entries in logs, at least; whatever the bundle brings is verified, unless it is 0 and the trust root is empty. */
      readonly logEntries: number;
    };

/** What a verification is about. Times are epoch milliseconds. */
export interface SigstoreRequest {
  readonly bundle: Uint8Array;
  readonly artifact: Signed;
  readonly policy: SigstorePolicy;
  readonly trustRoot: TrustRoot;
  /** Nothing that happened after this is believed. */
  readonly nowMs: number;
}

type Note = (check: RefusalCode, detail: string) => void;
/** How far a log's or an authority's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Pre-authentication encoding of DSSE: what the signature of an envelope is over. */
export function encodeEnvelope({ payloadType, payload }: Pick<Envelope, 'payload' | 'payloadType'>): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** The key, and for a certificate the certificate, that the bundle says it was signed with and the policy allows. */
function signerFrom(
  bundle: Bundle,
  policy: SigstorePolicy,
): { readonly key: KeyObject; readonly leaf?: Certificate } {
  const { material } = bundle;
  if (policy.kind === 'key') {
    demand(material.kind === 'key', 'key', 'the policy asks for a key, the bundle has a certificate');
    const digest = digestOf('sha256', spkiOf(policy.key)).toString('base64');
    const names = ['', digest, ...(policy.hints ?? [])];
    demand(names.includes(material.hint), 'key', 'the bundle names another key');
    return { key: policy.key };
  }
  demand(
    material.kind === 'certificates',
    'key',
    'the bundle is signed with a key that the policy does not name',
  );
  const [leaf] = material.chain;
  demand(leaf !== undefined, 'certificate', 'no certificate');
  return { key: leaf.key, leaf };
}

/** Refuses a wrong signature, and an artifact that is not what was signed. */
function demandSignature(
  bundle: Bundle,
  artifact: Signed,
  key: KeyObject,
  leaf: Certificate | undefined,
): Held {
  const verifier = { verifier: leaf?.der ?? spkiOf(key), isCertificate: leaf !== undefined };
  const { content } = bundle;
  if (content.kind === 'message') {
    const { digest, signature } = content;
    demand(digest.equals(sha256Of(artifact)), 'artifact', 'the bundle is about another artifact');
    demand(isSigned(key, artifact, signature), 'signature', 'the signature is wrong');
    return { ...verifier, signature, signed: artifact, envelope: undefined };
  }
  const { envelope } = content;
  const names = bundle.material.kind === 'key' ? ['', bundle.material.hint] : [''];
  demand(names.includes(envelope.keyId), 'key', 'the envelope names another key');
  const signed: Signed = { kind: 'bytes', bytes: encodeEnvelope(envelope) };
  demand(isSigned(key, signed, envelope.signature), 'signature', 'the signature is wrong');
  demandStatement(envelope.payloadType, envelope.payload, sha256Of(artifact).toString('hex'));
  return { ...verifier, signature: envelope.signature, signed, envelope };
}

/** The signer's certificate of a token and the authority of the trust root it belongs to. */
function authorityOf(
  token: Token,
  authorities: readonly TrustedAuthority[],
): { signer: Certificate; authority: TrustedAuthority } {
  for (const authority of authorities) {
    const [first] = authority.chain;
    // An authority that is named with its signing certificate signs with no other one.
    const isPinned = first !== undefined && !first.isAuthority;
    const signer = signerOf(token, isPinned ? [first] : [...token.certificates, ...authority.chain]);
    if (signer === undefined) continue;
    const path = isPinned ? buildPath([first], authority.chain) : buildPath([signer], authority.chain);
    if (path?.every((one) => isValidAt(one, token.atMs)) === true) return { signer, authority };
  }
  throw new Refusal(
    'time',
    'no timestamp authority of the trust root signed the timestamp',
    authorities.length === 0,
  );
}

/** Refuses timestamps that no authority of the trust root gave for this signature. */
function demandTimestamps(bundle: Bundle, signature: Buffer, trustRoot: TrustRoot): readonly ProvedTime[] {
  return bundle.timestamps.map((der) => {
    const token = parseResponse(der);
    const { signer, authority } = authorityOf(token, trustRoot.timestampAuthorities);
    demandStamped(token, signer, signature);
    demand(
      token.certificates.every(
        (one) => authority.chain.some((other) => other.der.equals(one.der)) || one.der.equals(signer.der),
      ),
      'time',
      'timestamp: a certificate that does not belong to it',
    );
    demand(
      covers(authority.validity, token.atMs),
      'time',
      'the timestamp authority did not count at that time',
    );
    return { source: 'timestamp-authority', by: authority.url, atMs: token.atMs };
  });
}

/** Refuses a certificate that no authority of the trust root issued, or that was not valid at each proved time. */
function demandCertificate(
  bundle: Bundle,
  trustRoot: TrustRoot,
  times: readonly ProvedTime[],
  note: Note,
): void {
  if (bundle.material.kind !== 'certificates') return;
  const { chain } = bundle.material;
  const [leaf] = chain;
  demand(leaf !== undefined, 'certificate', 'no certificate');
  demandSigner(leaf, OID.codeSigning);
  demand(times.length > 0, 'time', 'nobody vouches for the time of the signature');
  if (trustRoot.authorities.length === 0)
    throw new Refusal('certificate', 'the trust root has no certificate authority', true);
  const found = trustRoot.authorities.flatMap((authority) => {
    const path = buildPath(chain, authority.chain);
    return path === undefined ? [] : [{ authority, path }];
  });
  demand(found.length > 0, 'certificate', 'the certificate leads to no authority of the trust root');
  const fitting = found.find(
    ({ authority, path }) =>
      covers(authority.validity, leaf.notBeforeMs) &&
      times.every(
        ({ atMs }) => covers(authority.validity, atMs) && path.every((one) => isValidAt(one, atMs)),
      ),
  );
  demand(
    fitting !== undefined,
    'certificate',
    'the certificate or its authority did not count at the time of the signature',
  );
  note('certificate', fitting.authority.url);
  const issuer = fitting.path[1];
  demand(issuer !== undefined, 'certificate', 'the certificate has no issuer');
  if (trustRoot.certificateLogs.length === 0)
    throw new Refusal('certificate-log', 'the trust root has no certificate log', true);
  note('certificate-log', demandCertificateLogged(leaf, issuer, trustRoot.certificateLogs).join(' '));
}

/** Refuses a signer the policy does not name. */
function demandIdentity(leaf: Certificate, policy: SigstorePolicy, note: Note): SignatureVerdict['signer'] {
  if (policy.kind !== 'identity') return undefined;
  const [identity, issuer] = [identityOf(leaf), issuerOf(leaf)];
  const isNamed = policy.identities.some(
    (match) => fits(identity, match.identity) && fits(issuer, match.issuer),
  );
  demand(isNamed, 'identity', `signed by ${identity.slice(0, 300)} (${issuer.slice(0, 300)})`);
  note('identity', `${identity} (${issuer})`);
  return {
    kind: 'certificate',
    identity,
    issuer,
    certificateSha256: digestOf('sha256', leaf.der).toString('hex'),
  };
}

/**
 * Whether nothing but a key is believed: nobody named a log or an authority of timestamps, and none is asked for. What a
 * bundle brings of them is no part of what was signed then, and whoever brings the bundle may leave it out.
 */
const isKeyAlone = ({ policy, trustRoot }: SigstoreMatter): boolean =>
  policy.kind === 'key' &&
  policy.logEntries === 0 &&
  trustRoot.logs.length === 0 &&
  trustRoot.timestampAuthorities.length === 0;

/** Entries of the logs and the times they vouch for. */
function demandLogs(bundle: Bundle, held: Held, request: SigstoreMatter, note: Note): readonly LogWitness[] {
  const { trustRoot, policy } = request;
  const least = policy.logEntries ?? 1;
  demand(
    bundle.entries.length >= least,
    'log',
    `${bundle.entries.length} log entries, at least ${least} asked for`,
  );
  return bundle.entries.flatMap((entry) => {
    demandSameEntry(entry, held);
    if (isKeyAlone(request)) {
      note('log', 'an entry that was not judged: the trust root has no log');
      return [];
    }
    const witness = demandLogged(entry, bundle.version, trustRoot.logs);
    note('log', `${witness.url} ${witness.index}`);
    return witness;
  });
}

const timesOf = (witnesses: readonly LogWitness[]): readonly ProvedTime[] =>
  witnesses.flatMap(({ url, integratedAtMs }) =>
    integratedAtMs === undefined ? [] : [{ source: 'log', by: url, atMs: integratedAtMs }],
  );

/** What a verification is about, without the form the signature came in. */
export type SigstoreMatter = Omit<SigstoreRequest, 'bundle'>;

/** All checks of a parsed bundle, in their order; throws a Refusal. */
export function checkBundle(
  bundle: Bundle,
  matter: SigstoreMatter,
  note: Note,
): Omit<SignatureVerdict, 'outcome' | 'reasons'> {
  const { policy, trustRoot, nowMs, artifact } = matter;
  const { key, leaf } = signerFrom(bundle, policy);
  const held = demandSignature(bundle, artifact, key, leaf);
  note('signature', `sha256:${sha256Of(artifact).toString('hex')}`);
  const witnesses = demandLogs(bundle, held, matter, note);
  const stamped = isKeyAlone(matter) ? [] : demandTimestamps(bundle, held.signature, trustRoot);
  if (stamped.length < bundle.timestamps.length)
    note('time', 'a timestamp that was not judged: the trust root has no authority of timestamps');
  const times = [...timesOf(witnesses), ...stamped];
  for (const { by, atMs } of times) {
    demand(atMs <= nowMs + CLOCK_SKEW_MS, 'time', `${by}: a time that is still to come`);
    note('time', `${by} ${new Date(atMs).toISOString()}`);
    for (const witness of witnesses) demandLogAt(witness, trustRoot.logs, atMs);
  }
  demandCertificate(bundle, trustRoot, times, note);
  const identity = leaf === undefined ? undefined : demandIdentity(leaf, policy, note);
  const keySha256 = digestOf('sha256', spkiOf(key)).toString('hex');
  if (leaf === undefined) note('key', keySha256);
  return {
    signer: identity ?? { kind: 'key', keySha256 },
    times,
    logs: witnesses.map(({ url, index }) => ({ url, index })),
    ...(held.envelope === undefined
      ? {}
      : { payload: { type: held.envelope.payloadType, bytes: held.envelope.payload } }),
  };
}

/**
 * Verifies a sigstore bundle offline (client specification of sigstore). In order: form, signer, signature over the
 * artifact, log entries, timestamps, certificate, certificate log, identity. Everything the bundle brings has to be
 * right, also what the policy does not ask for; only where nothing but a key is believed, logs and times are not judged.
 */
export const verifyBundle = (request: SigstoreRequest): SignatureVerdict =>
  judge((note) => checkBundle(parseBundle(request.bundle), request, note));
