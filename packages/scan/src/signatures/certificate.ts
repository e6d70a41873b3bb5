// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import {
  bitsOf,
  childrenOf,
  type DerNode,
  encodeDer,
  expectTag,
  integerHex,
  oidOf,
  readDer,
  smallInteger,
  TAG,
  timeOf,
} from './der.ts';
import { demand, Refusal } from './refusal.ts';

/** Object identifiers of RFC 5280 and RFC 6962. */
export const OID = {
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extKeyUsage: '2.5.29.37',
  sctList: '1.3.6.1.4.1.11129.2.4.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

/** Critical extensions whose meaning is checked here; another critical one refuses the certificate. */
const UNDERSTOOD: readonly string[] = [
  OID.subjectAltName,
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
];
/** Signatures on certificates that still mean something: ECDSA, RSA and RSA-PSS with SHA-2, Ed25519. */
const SIGNED_WITH = /^(1\.2\.840\.10045\.4\.3\.[234]|1\.2\.840\.113549\.1\.1\.1[0123]|1\.3\.101\.112)$/;
const CERTIFICATE_BYTES_MAX = 64 * 1024;
const KEY_CERT_SIGN = 0x04;
const DIGITAL_SIGNATURE = 0x80;

/** What verification needs of an X.509 certificate. */
export interface Certificate {
  readonly der: Buffer;
  readonly serial: string;
  /** Object identifier of the algorithm of the issuer's signature. */
  readonly algorithm: string;
  /** Names as they are encoded: equal bytes, equal name. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: ReadonlyMap<string, Buffer>;
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsage: number | undefined;
  readonly extendedUsage: readonly string[];
  /** SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  readonly key: KeyObject;
  readonly x509: X509Certificate;
  /** The to-be-signed part without the list of signed certificate timestamps (RFC 6962, 3.2). */
  readonly precertificate: Buffer;
}

interface Extensions {
  readonly values: Map<string, Buffer>;
  readonly kept: readonly Buffer[];
}

function readExtensions(node: DerNode | undefined): Extensions {
  const values = new Map<string, Buffer>();
  const kept: Buffer[] = [];
  if (node === undefined) return { values, kept };
  const [list] = childrenOf(node, 0xa3);
  for (const extension of childrenOf(expectTag(list, TAG.sequence))) {
    const parts = childrenOf(extension, TAG.sequence);
    const id = oidOf(parts[0]);
    const isCritical = parts.length === 3 && expectTag(parts[1], TAG.boolean).content[0] === 0xff;
    demand(!values.has(id), 'malformed', `certificate: extension ${id} twice`);
    demand(!isCritical || UNDERSTOOD.includes(id), 'unsupported', `certificate: critical extension ${id}`);
    values.set(id, expectTag(parts.at(-1), TAG.octetString).content);
    if (id !== OID.sctList) kept.push(extension.raw);
  }
  return { values, kept };
}

function readConstraints(value: Buffer | undefined): Pick<Certificate, 'isAuthority' | 'pathLength'> {
  if (value === undefined) return { isAuthority: false, pathLength: undefined };
  const parts = childrenOf(readDer(value, TAG.sequence));
  const isAuthority = parts[0]?.tag === TAG.boolean && parts[0].content[0] === 0xff;
  const length = parts.find((part) => part.tag === TAG.integer);
  return { isAuthority, pathLength: length === undefined ? undefined : smallInteger(length) };
}

/** Parses DER; throws a Refusal when it is no certificate, has something after its end, or asks for what we do not know. */
export function parseCertificate(der: Buffer): Certificate {
  demand(der.length <= CERTIFICATE_BYTES_MAX, 'malformed', 'certificate is too large');
  const [tbs, algorithm, signature] = childrenOf(readDer(der, TAG.sequence));
  const fields = childrenOf(expectTag(tbs, TAG.sequence));
  const [version, serial, inner, issuer, validity, subject, spki, ...rest] = fields;
  demand(
    version?.tag === 0xa0 && version.content.equals(Buffer.from([2, 1, 2])),
    'malformed',
    'certificate: not version 3',
  );
  demand(inner !== undefined && algorithm?.raw.equals(inner.raw), 'malformed', 'certificate: two algorithms');
  bitsOf(signature);
  const [notBefore, notAfter] = childrenOf(expectTag(validity, TAG.sequence));
  const { values, kept } = readExtensions(rest.find((field) => field.tag === 0xa3));
  const usage = values.get(OID.keyUsage);
  const extended = values.get(OID.extKeyUsage);
  const spkiRaw = expectTag(spki, TAG.sequence).raw;
  return {
    der,
    serial: integerHex(serial),
    algorithm: oidOf(childrenOf(inner, TAG.sequence)[0]),
    issuer: expectTag(issuer, TAG.sequence).raw,
    subject: expectTag(subject, TAG.sequence).raw,
    notBeforeMs: timeOf(notBefore),
    notAfterMs: timeOf(notAfter),
    extensions: values,
    ...readConstraints(values.get(OID.basicConstraints)),
    keyUsage: usage === undefined ? undefined : (readDer(usage, TAG.bitString).content[1] ?? 0),
    extendedUsage: extended === undefined ? [] : childrenOf(readDer(extended, TAG.sequence)).map(oidOf),
    spki: spkiRaw,
    ...openKey(der, spkiRaw),
    precertificate: encodeDer(
      TAG.sequence,
      ...fields.filter((field) => field.tag !== 0xa3).map((field) => field.raw),
      encodeDer(0xa3, encodeDer(TAG.sequence, ...kept)),
    ),
  };
}

function openKey(der: Buffer, spki: Buffer): Pick<Certificate, 'key' | 'x509'> {
  try {
    return {
      x509: new X509Certificate(der),
      key: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
    };
  } catch {
    throw new Refusal('malformed', 'certificate: not readable');
  }
}

/** Whether the certificate is valid at a time, both ends included. */
export const isValidAt = (certificate: Certificate, atMs: number): boolean =>
  certificate.notBeforeMs <= atMs && atMs <= certificate.notAfterMs;

/** Whether `issuer` signed `certificate` and may issue certificates. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!certificate.issuer.equals(issuer.subject) || !issuer.isAuthority) return false;
  if (!SIGNED_WITH.test(certificate.algorithm)) return false;
  if (issuer.keyUsage !== undefined && (issuer.keyUsage & KEY_CERT_SIGN) === 0) return false;
  try {
    return certificate.x509.verify(issuer.key);
  } catch {
    return false;
  }
}

/** Whether the certificate is its own issuer. */
export const isSelfSigned = (certificate: Certificate): boolean =>
  certificate.issuer.equals(certificate.subject) && isIssuedBy(certificate, certificate);

/**
 * The way from `leaf` through the others of `given`, each in its place, to the end of an authority's chain; undefined
 * when there is none. `authority` runs from the issuing certificate to the root (RFC 5280, 6.1; names and policies
 * are not used by these authorities).
 */
export function buildPath(
  given: readonly Certificate[],
  authority: readonly Certificate[],
): readonly Certificate[] | undefined {
  const known = given.findIndex((one) => authority.some((other) => other.der.equals(one.der)));
  const own = known === -1 ? given : given.slice(0, known);
  const last = own.at(-1);
  const start =
    last === undefined
      ? authority.findIndex((other) => given[0]?.der.equals(other.der))
      : authority.findIndex((other) => isIssuedBy(last, other));
  if (start === -1) return undefined;
  const path = [...own, ...authority.slice(start)];
  const isWhole = path.every((one, index) => {
    const next = path[index + 1];
    if (index > 0 && one.pathLength !== undefined && one.pathLength < index - 1) return false;
    return next === undefined || isIssuedBy(one, next);
  });
  // What came along beyond the part we know must be that part, in that order.
  const tail = known === -1 ? [] : given.slice(known);
  const isTailKnown = tail.every((one, index) => path[own.length + index]?.der.equals(one.der) === true);
  return isWhole && isTailKnown ? path : undefined;
}

/** Refuses a leaf that may not sign for this purpose. */
export function demandSigner(leaf: Certificate, purpose: string): void {
  demand(!leaf.isAuthority, 'certificate', 'the signer is an authority');
  demand(leaf.extendedUsage.includes(purpose), 'certificate', 'the certificate is for another purpose');
  demand(
    leaf.keyUsage === undefined || (leaf.keyUsage & DIGITAL_SIGNATURE) !== 0,
    'certificate',
    'the key may not sign',
  );
}

/** DER inside the only PEM block of a text with this label. */
export function derOfPem(text: string, label: string): Buffer | undefined {
  const [, body] =
    new RegExp(
      `^\\s*-----BEGIN ${label}-----\\r?\\n([A-Za-z0-9+/=\\r\\n]{1,100000})-----END ${label}-----\\s*$`,
    ).exec(text) ?? [];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}
