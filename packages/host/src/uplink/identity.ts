// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnrollResponse, parser } from '@bartizan/contracts/wire';

/** Who an agent is: its key, its certificate, and the authority it trusts. */
export interface Identity {
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly caPem: string;
  readonly cluster: string;
  readonly tenant: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A key that has no certificate yet. */
export interface FreshKey {
  readonly keyPem: string;
  readonly publicKeyPem: string;
  readonly sign: (text: string) => string;
}

const signer = (key: KeyObject) => (text: string) => sign(null, Buffer.from(text), key).toString('base64');

/** Makes an Ed25519 key. */
export const makeKey = (): FreshKey => {
  const pair = generateKeyPairSync('ed25519');
  return {
    keyPem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: signer(pair.privateKey),
  };
};

const parseResponse = parser(EnrollResponse);

/** The identity that an answer of the controller gives to a key; undefined when the answer is not of the form. */
export const identityOf = (key: FreshKey, answer: unknown): Identity | undefined => {
  const response = parseResponse(answer);
  return response.ok ? completeIdentity({ keyPem: key.keyPem, ...response.value }) : undefined;
};

const completeIdentity = (parts: EnrollResponse & { keyPem: string }): Identity | undefined => {
  try {
    const certificate = new X509Certificate(parts.certificatePem);
    if (!certificate.checkPrivateKey(createPrivateKey(parts.keyPem))) return undefined;
    return {
      keyPem: parts.keyPem,
      certificatePem: parts.certificatePem,
      caPem: parts.caPem,
      cluster: parts.cluster,
      tenant: parts.tenant,
      notBeforeMs: Date.parse(certificate.validFrom),
      notAfterMs: Date.parse(certificate.validTo),
    };
  } catch {
    return undefined;
  }
};

const FILE = 'identity.json';

/** Keeps an identity in one file that only root reads; replaced as a whole, never half-written. */
export const saveIdentity = (folder: string, identity: Identity): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  writeFileSync(`${path}.new`, JSON.stringify(identity), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
};

/** The identity kept earlier; undefined when there is none that can be used. */
export const loadIdentity = (folder: string): Identity | undefined => {
  try {
    const kept: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    if (typeof kept !== 'object' || kept === null || !('keyPem' in kept) || typeof kept.keyPem !== 'string')
      return undefined;
    const { keyPem } = kept;
    const fields = Object.fromEntries(
      Object.entries(kept).filter(([name]) =>
        ['certificatePem', 'caPem', 'cluster', 'tenant', 'notAfterMs'].includes(name),
      ),
    );
    const response = parseResponse(fields);
    return response.ok ? completeIdentity({ keyPem, ...response.value }) : undefined;
  } catch {
    return undefined;
  }
};

/** Forgets an identity that can never be used again; it is kept beside for who looks into it. */
export const forgetIdentity = (folder: string): void => {
  const path = join(folder, FILE);
  try {
    renameSync(path, `${path}.ended`);
  } catch {
    // There is none any more.
  }
};

/** SHA-256 of the first authority an identity trusts; empty when it names none. */
export const trustedSha256 = (identity: Identity | undefined): string => {
  try {
    return identity ? certificateSha256(new X509Certificate(identity.caPem).raw) : '';
  } catch {
    return '';
  }
};

/** SHA-256 of a certificate (DER), lower-case hexadecimal. */
export const certificateSha256 = (der: Buffer): string => createHash('sha256').update(der).digest('hex');

/** Whether one of the certificates in a PEM text has this SHA-256. */
export const pemHasCertificate = (pem: string, sha256: string): boolean =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).some((one) => {
    try {
      return certificateSha256(new X509Certificate(one).raw) === sha256;
    } catch {
      return false;
    }
  });

/** When a certificate is renewed: at two thirds of its lifetime. */
export const renewAtMs = (identity: Identity): number =>
  identity.notBeforeMs + ((identity.notAfterMs - identity.notBeforeMs) * 2) / 3;
