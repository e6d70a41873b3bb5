// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { type Certificate, isSelfSigned, parseCertificate } from '../certificate.ts';
import { demand, Refusal } from '../refusal.ts';

/** What the certificates of a store vouch for: signers, signing authorities, timestamps. */
export type StoreType = 'ca' | 'signingAuthority' | 'tsa';

/** An entry of a store's folder. Only files count; anything else refuses the store. */
export interface StoreFile {
  readonly name: string;
  readonly kind: 'file' | 'other';
  readonly bytes: Buffer;
}

/** Roots of trust under a type and a name (trust store specification of the Notary Project). */
export interface TrustStore {
  readonly type: StoreType;
  readonly name: string;
  readonly digest: string;
  readonly certificates: readonly Certificate[];
}

const FILES_MAX = 256;
const FILE_BYTES_MAX = 1024 * 1024;
const PEM = /-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]{1,100000})-----END CERTIFICATE-----/g;

/** Certificates of a file: any number in PEM, or one in DER; throws a Refusal. */
export function certificatesOf(bytes: Buffer): readonly Certificate[] {
  demand(bytes.length <= FILE_BYTES_MAX, 'malformed', 'certificate file is too large');
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN')) return [parseCertificate(bytes)];
  const found = [...text.matchAll(PEM)].map(([, body = '']) => parseCertificate(Buffer.from(body, 'base64')));
  demand(
    found.length > 0 && found.length === text.split('-----BEGIN').length - 1,
    'malformed',
    'something else than certificates',
  );
  return found;
}

function demandRoot(certificate: Certificate, type: StoreType): void {
  const isRoot = certificate.isAuthority || (type !== 'tsa' && isSignedByItself(certificate));
  demand(isRoot, 'trust-root', 'a certificate that is neither an authority nor self-signed');
  demand(type !== 'tsa' || isSelfSigned(certificate), 'trust-root', 'a certificate that is no root');
}

/** Self-signed though not an authority, which a store may name. */
export function isSignedByItself(certificate: Certificate): boolean {
  if (!certificate.issuer.equals(certificate.subject)) return false;
  try {
    return certificate.x509.verify(certificate.key);
  } catch {
    return false;
  }
}

/** Loads a store. One wrong entry refuses it whole: half a store would call good signatures forged. */
export function loadTrustStore(
  type: StoreType,
  name: string,
  files: readonly StoreFile[],
): Result<TrustStore, Failure<'E_TRUST_ROOT'>> {
  const place = `${type}:${name}`;
  try {
    demand(files.length > 0 && files.length <= FILES_MAX, 'trust-root', 'no files, or too many');
    const hash = createHash('sha256').update(place);
    const certificates = files.flatMap((file) => {
      demand(file.kind === 'file', 'trust-root', `${file.name}: not a file`);
      hash.update(createHash('sha256').update(file.bytes).digest());
      const read = certificatesOf(file.bytes);
      for (const certificate of read) demandRoot(certificate, type);
      return read;
    });
    return ok({ type, name, digest: hash.digest('hex'), certificates });
  } catch (error) {
    if (error instanceof Refusal) return err(failure('E_TRUST_ROOT', `${place}: ${error.message}`));
    throw error;
  }
}
