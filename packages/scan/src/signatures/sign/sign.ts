// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { IN_TOTO, parseStatement } from '../attestation/statement.ts';
import { digestOf, hashOfKey, spkiOf } from '../keys.ts';
import { demand, Refusal } from '../refusal.ts';
import { encodeEnvelope } from '../sigstore/verify.ts';

/** A private key that may sign: ECDSA P-256 or Ed25519. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Media type of the bundles that are written. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const KEY_BYTES_MAX = 64 * 1024;

/**
 * Opens a private key in PEM (PKCS #8, or SEC 1 for elliptic curves), encrypted or not. The detail of the failure never
 * holds the passphrase or a part of the key.
 */
export function openSigningKey(
  pem: string,
  passphrase?: string,
): Result<SigningKey, Failure<'E_SIGNING_KEY'>> {
  if (pem.length > KEY_BYTES_MAX) return err(failure('E_SIGNING_KEY', 'the file is too large'));
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    const isLocked = /ENCRYPTED/.test(pem);
    return err(
      failure('E_SIGNING_KEY', isLocked ? 'the passphrase is missing or wrong' : 'not a private key in PEM'),
    );
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey;
  if (type !== 'ed25519' && details?.namedCurve !== 'prime256v1')
    return err(failure('E_SIGNING_KEY', 'only ECDSA P-256 and Ed25519 sign here'));
  return ok({ privateKey, publicKey: createPublicKey(privateKey) });
}

const signBytes = ({ privateKey }: SigningKey, bytes: Uint8Array): string =>
  sign(hashOfKey(privateKey) ?? null, bytes, privateKey).toString('base64');

const materialOf = (key: SigningKey): object => ({
  publicKey: { hint: digestOf('sha256', spkiOf(key.publicKey)).toString('base64') },
});

/** Signs an artifact: a sigstore bundle 0.3 with a message signature, without a log entry. */
export function signArtifact(key: SigningKey, artifact: Uint8Array): string {
  return JSON.stringify({
    mediaType: BUNDLE_TYPE,
    verificationMaterial: materialOf(key),
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: digestOf('sha256', artifact).toString('base64') },
      signature: signBytes(key, artifact),
    },
  });
}

/** What an attestation says about an artifact. */
export interface Claim {
  readonly name: string;
  /** SHA-256 of the artifact in hexadecimal. */
  readonly sha256: string;
  readonly predicateType: string;
  readonly predicate: object;
}

/** Signs a statement (in-toto v1) about an artifact: a sigstore bundle 0.3 with an envelope, without a log entry. */
export function signClaim(key: SigningKey, claim: Claim): Result<string, Failure<'E_SIGNATURE_POLICY'>> {
  const { name, sha256, predicateType, predicate } = claim;
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name, digest: { sha256 } }],
      predicateType,
      predicate,
    }),
  );
  try {
    demand(/^[0-9a-f]{64}$/.test(sha256), 'statement', 'not a SHA-256');
    parseStatement(payload);
  } catch (error) {
    if (error instanceof Refusal) return err(failure('E_SIGNATURE_POLICY', error.message));
    throw error;
  }
  const signature = signBytes(key, encodeEnvelope({ payload, payloadType: IN_TOTO }));
  return ok(
    JSON.stringify({
      mediaType: BUNDLE_TYPE,
      verificationMaterial: materialOf(key),
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType: IN_TOTO,
        signatures: [{ sig: signature, keyid: '' }],
      },
    }),
  );
}
