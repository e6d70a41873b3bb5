// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Certificate, demandSigner, isValidAt, OID, parseCertificate } from './certificate.ts';
import {
  childrenOf,
  type DerNode,
  expectTag,
  integerHex,
  oidOf,
  readDer,
  smallInteger,
  TAG,
  timeOf,
} from './der.ts';
import { digestOf, type HashName, isSignedBytes } from './keys.ts';
import { demand } from './refusal.ts';

/** A parsed RFC 3161 token, not yet believed. */
export interface Token {
  readonly atMs: number;
  /** How far the time may be off, by the token itself. */
  readonly accuracyMs: number;
  /** What was stamped: the digest of something. */
  readonly imprint: { readonly hash: HashName; readonly digest: Buffer };
  readonly certificates: readonly Certificate[];
  readonly signer: Signer;
  readonly info: Buffer;
}

interface Signer {
  readonly issuer: Buffer;
  readonly serial: string;
  readonly hash: HashName;
  /** Signed attributes by object identifier: the one value of each. */
  readonly attributes: ReadonlyMap<string, DerNode>;
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
}

const HASHES: Readonly<Record<string, HashName>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const SIGNATURE_HASHES: Readonly<Record<string, HashName | 'same'>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.1': 'same',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const ATTRIBUTE = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
} as const;

function hashAt(node: DerNode | undefined): HashName {
  const [id, parameters, ...more] = childrenOf(expectTag(node, TAG.sequence));
  const hash = HASHES[oidOf(id)];
  const isPlain = more.length === 0 && (parameters === undefined || parameters.raw.equals(Buffer.of(5, 0)));
  demand(hash !== undefined && isPlain, 'unsupported', 'timestamp: hash');
  return hash;
}

/** TSTInfo (RFC 3161, 2.4.2). */
function readInfo(info: Buffer): Pick<Token, 'atMs' | 'accuracyMs' | 'imprint'> {
  const [version, policy, imprint, serial, time, ...rest] = childrenOf(readDer(info, TAG.sequence));
  demand(smallInteger(version) === 1, 'unsupported', 'timestamp: version');
  oidOf(policy);
  integerHex(serial);
  const [algorithm, digest] = childrenOf(expectTag(imprint, TAG.sequence));
  const accuracy = rest.find(({ tag }) => tag === TAG.sequence);
  const [seconds] = accuracy === undefined ? [] : childrenOf(accuracy);
  return {
    atMs: timeOf(expectTag(time, TAG.generalizedTime)),
    accuracyMs: seconds?.tag === TAG.integer ? smallInteger(seconds) * 1000 : 0,
    imprint: { hash: hashAt(algorithm), digest: expectTag(digest, TAG.octetString).content },
  };
}

function readAttributes(node: DerNode): ReadonlyMap<string, DerNode> {
  const attributes = new Map<string, DerNode>();
  for (const attribute of childrenOf(node)) {
    const [id, values] = childrenOf(attribute, TAG.sequence);
    const [value, ...more] = childrenOf(expectTag(values, TAG.set));
    const name = oidOf(id);
    demand(
      value !== undefined && more.length === 0 && !attributes.has(name),
      'malformed',
      'timestamp: attribute',
    );
    attributes.set(name, value);
  }
  return attributes;
}

/** SignerInfo (RFC 5652, 5.3) with an issuer and a serial number; unsigned attributes are not believed, so refused. */
function readSigner(node: DerNode | undefined): Signer {
  const parts = childrenOf(expectTag(node, TAG.sequence));
  const [version, id, digest, attributes, algorithm, signature] = parts;
  demand(parts.length === 6 && attributes?.tag === 0xa0, 'unsupported', 'timestamp: signer');
  demand(smallInteger(version) === 1, 'unsupported', 'timestamp: signer version');
  const [issuer, serial] = childrenOf(expectTag(id, TAG.sequence));
  const hash = hashAt(digest);
  const [algorithmId] = childrenOf(expectTag(algorithm, TAG.sequence));
  const signatureHash = SIGNATURE_HASHES[oidOf(algorithmId)];
  demand(signatureHash !== undefined, 'unsupported', 'timestamp: signature algorithm');
  const signedBytes = Buffer.from(attributes.raw);
  signedBytes[0] = TAG.set;
  return {
    issuer: expectTag(issuer, TAG.sequence).raw,
    serial: integerHex(serial),
    hash: signatureHash === 'same' ? hash : signatureHash,
    attributes: readAttributes(attributes),
    signedBytes,
    signature: expectTag(signature, TAG.octetString).content,
  };
}

/** Parses a ContentInfo with a timestamp token (RFC 3161, 2.4.2); throws a Refusal. */
export function parseToken(der: Buffer): Token {
  const [type, wrapped] = childrenOf(readDer(der, TAG.sequence));
  demand(oidOf(type) === SIGNED_DATA, 'malformed', 'timestamp: no signed data');
  const [data] = childrenOf(expectTag(wrapped, 0xa0));
  const [version, digests, content, ...rest] = childrenOf(expectTag(data, TAG.sequence));
  demand(smallInteger(version) === 3, 'unsupported', 'timestamp: version of the signed data');
  const [contentType, octets] = childrenOf(expectTag(content, TAG.sequence));
  demand(oidOf(contentType) === TST_INFO, 'malformed', 'timestamp: other content');
  const info = readDer(expectTag(octets, 0xa0).content, TAG.octetString).content;
  const certificates = rest.find(({ tag }) => tag === 0xa0);
  demand(rest.length === (certificates === undefined ? 1 : 2), 'unsupported', 'timestamp: revocation lists');
  const [signer, ...more] = childrenOf(expectTag(rest.at(-1), TAG.set));
  demand(more.length === 0, 'unsupported', 'timestamp: several signers');
  const [digest] = childrenOf(expectTag(digests, TAG.set));
  const read = readSigner(signer);
  const [, , signerDigest] = childrenOf(expectTag(signer, TAG.sequence));
  demand(hashAt(digest) === hashAt(signerDigest), 'malformed', 'timestamp: two hashes');
  return {
    ...readInfo(info),
    certificates:
      certificates === undefined ? [] : childrenOf(certificates).map(({ raw }) => parseCertificate(raw)),
    signer: read,
    info,
  };
}

/** Parses a TimeStampResp (RFC 3161, 2.4.2) that grants; throws a Refusal. */
export function parseResponse(der: Buffer): Token {
  const [status, token, ...more] = childrenOf(readDer(der, TAG.sequence));
  const [granted, ...texts] = childrenOf(expectTag(status, TAG.sequence));
  demand(
    smallInteger(granted) === 0 && texts.length === 0 && more.length === 0,
    'time',
    'timestamp: not granted',
  );
  return parseToken(expectTag(token, TAG.sequence).raw);
}

/** The certificate among these that the token names as its signer. */
export const signerOf = (token: Token, among: readonly Certificate[]): Certificate | undefined =>
  among.find(({ issuer, serial }) => issuer.equals(token.signer.issuer) && serial === token.signer.serial);

/** Whether the signing-certificate attribute names this certificate (RFC 5035, RFC 5816); only SHA-2. */
function demandNamed(token: Token, certificate: Certificate): void {
  const attribute = token.signer.attributes.get(ATTRIBUTE.signingCertificateV2);
  demand(attribute !== undefined, 'time', 'timestamp: it does not name its certificate');
  const [list] = childrenOf(expectTag(attribute, TAG.sequence));
  const [first] = childrenOf(expectTag(list, TAG.sequence));
  const [algorithm, ...rest] = childrenOf(expectTag(first, TAG.sequence));
  const hash = algorithm?.tag === TAG.sequence ? hashAt(algorithm) : 'sha256';
  const value = algorithm?.tag === TAG.sequence ? rest[0] : algorithm;
  demand(
    expectTag(value, TAG.octetString).content.equals(digestOf(hash, certificate.der)),
    'time',
    'timestamp: it names another certificate',
  );
}

/** Refuses a token that this certificate did not sign, or that is about other bytes than `stamped`. */
export function demandStamped(token: Token, certificate: Certificate, stamped: Uint8Array): void {
  const { imprint, signer, info } = token;
  demand(imprint.digest.equals(digestOf(imprint.hash, stamped)), 'time', 'timestamp: about something else');
  const type = signer.attributes.get(ATTRIBUTE.contentType);
  demand(oidOf(type) === TST_INFO, 'malformed', 'timestamp: content type');
  const digest = expectTag(signer.attributes.get(ATTRIBUTE.messageDigest), TAG.octetString).content;
  const bySize: Readonly<Record<number, HashName>> = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };
  const hash = bySize[digest.length];
  demand(hash !== undefined && digest.equals(digestOf(hash, info)), 'time', 'timestamp: changed');
  demandNamed(token, certificate);
  demand(
    isSignedBytes(certificate.key, signer.signedBytes, signer.signature, signer.hash),
    'time',
    'timestamp: the signature is wrong',
  );
  demandSigner(certificate, OID.timeStamping);
  demand(isValidAt(certificate, token.atMs), 'time', 'timestamp: the certificate was not valid then');
}
