// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPublicKey, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { importPrivateKey, newKeyPair, privateKeyPem, SIGNING_ALGORITHM } from './x509-provider.ts';

/** Clocks of nodes and controller may differ: certificates begin to count this much earlier. */
const BACKDATE_MS = 5 * 60_000;

/** A certificate with its private key, PEM. */
export interface KeyedCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}
/** A span of time in which a certificate counts. */
export interface Validity {
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

const serial = (): string => {
  const bytes = randomBytes(16);
  // Positive and of full length, as RFC 5280 4.1.2.2 asks.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
};

const span = ({ nowMs, lifetimeMs }: Validity) => ({
  notBefore: new Date(nowMs - BACKDATE_MS),
  notAfter: new Date(nowMs + lifetimeMs),
});

const authorityExtensions = async (publicKey: x509.PublicKeyType): Promise<x509.Extension[]> => [
  // One authority below: the next one, while agents move from this one to it.
  new x509.BasicConstraintsExtension(true, 1, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  await x509.SubjectKeyIdentifierExtension.create(publicKey),
];

/** Makes a certificate authority: ECDSA P-256, signs certificates only. */
export async function issueAuthority(name: string, validity: Validity): Promise<KeyedCertificate> {
  const keys = await newKeyPair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}, O=Bartizan`,
    ...span(validity),
    signingAlgorithm: SIGNING_ALGORITHM,
    keys,
    extensions: await authorityExtensions(keys.publicKey),
  });
  return { certificatePem: certificate.toString('pem'), keyPem: await privateKeyPem(keys.privateKey) };
}

/** A certificate for the key of a new authority, signed by the one before: who trusts the old one trusts the new one. */
export async function crossSign(
  older: KeyedCertificate,
  newer: KeyedCertificate,
  validity: Validity,
): Promise<string> {
  const issuer = new x509.X509Certificate(older.certificatePem);
  const subject = new x509.X509Certificate(newer.certificatePem);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: subject.subject,
    issuer: issuer.subject,
    ...span(validity),
    signingAlgorithm: SIGNING_ALGORITHM,
    publicKey: subject.publicKey,
    signingKey: await importPrivateKey(older.keyPem),
    extensions: [
      ...(await authorityExtensions(subject.publicKey)),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return certificate.toString('pem');
}

interface Leaf {
  readonly subject: string;
  readonly names: x509.JsonGeneralNames;
  readonly usage: string;
  readonly publicKey: Buffer<ArrayBuffer>;
  readonly validity: Validity;
}

async function issueLeaf(authority: KeyedCertificate, leaf: Leaf): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: leaf.subject,
    issuer: issuer.subject,
    ...span(leaf.validity),
    signingAlgorithm: SIGNING_ALGORITHM,
    publicKey: leaf.publicKey,
    signingKey: await importPrivateKey(authority.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([leaf.usage]),
      new x509.SubjectAlternativeNameExtension(leaf.names),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return certificate.toString('pem');
}

/** Makes a certificate for our HTTPS and agent ports, with a new key. Names may be host names or IP addresses. */
export async function issueServer(
  authority: KeyedCertificate,
  names: readonly string[],
  validity: Validity,
): Promise<KeyedCertificate> {
  const keys = await newKeyPair();
  const keyPem = await privateKeyPem(keys.privateKey);
  const certificatePem = await issueLeaf(authority, {
    subject: 'CN=Bartizan controller',
    names: names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
    usage: x509.ExtendedKeyUsage.serverAuth,
    publicKey: createPublicKey(keyPem).export({ type: 'spki', format: 'der' }),
    validity,
  });
  return { certificatePem, keyPem };
}

/** Makes a certificate for a node whose key only the node has. */
export async function issueNode(
  authority: KeyedCertificate,
  node: { readonly name: string; readonly uri: string; readonly publicKeyPem: string },
  validity: Validity,
): Promise<string> {
  return issueLeaf(authority, {
    subject: `CN=${node.name}`,
    names: [{ type: 'url', value: node.uri }],
    usage: x509.ExtendedKeyUsage.clientAuth,
    publicKey: createPublicKey(node.publicKeyPem).export({ type: 'spki', format: 'der' }),
    validity,
  });
}
