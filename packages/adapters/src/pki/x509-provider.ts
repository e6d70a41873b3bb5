// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, X509Certificate as NodeCertificate } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** Keys of our own certificates. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
/** Signatures of our own certificates. */
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

x509.cryptoProvider.set(globalThis.crypto);

/** A new ECDSA P-256 key pair. */
export const newKeyPair = () => globalThis.crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);

/** A private key as PKCS #8, PEM. */
export async function privateKeyPem(key: Awaited<ReturnType<typeof importPrivateKey>>): Promise<string> {
  const der = await globalThis.crypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

/** Reads a private key that we wrote. */
export const importPrivateKey = (pem: string) =>
  globalThis.crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY_ALGORITHM, true, [
    'sign',
  ]);

/** SHA-256 of the DER of a certificate, lower-case hexadecimal. */
export const sha256Of = (pem: string): string =>
  createHash('sha256').update(new NodeCertificate(pem).raw).digest('hex');

/** SHA-256 of the DER of a certificate as browsers show it: AB:CD:... */
export const fingerprintOf = (pem: string): string => new NodeCertificate(pem).fingerprint256;
