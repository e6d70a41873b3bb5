// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { constants, createHash, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { type Curve, isCurve, verifyDigest } from './ecdsa.ts';
import { Refusal } from './refusal.ts';

/** Hashes in use. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** Digest of bytes. */
export const digestOf = (hash: HashName, bytes: Uint8Array): Buffer =>
  createHash(hash).update(bytes).digest();

/** What is signed: the bytes, or only their SHA-256. */
export type Signed =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'sha256'; readonly digest: Buffer };

/** SHA-256 of what is signed. */
export const sha256Of = (signed: Signed): Buffer =>
  signed.kind === 'bytes' ? digestOf('sha256', signed.bytes) : signed.digest;

const CURVE_HASH: Readonly<Record<string, HashName>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

/** The hash that goes with a key by convention; undefined for Ed25519, which brings its own. */
export function hashOfKey(key: KeyObject): HashName | undefined {
  if (key.asymmetricKeyType === 'ed25519') return undefined;
  if (key.asymmetricKeyType === 'rsa') return 'sha256';
  const hash = CURVE_HASH[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (key.asymmetricKeyType !== 'ec' || hash === undefined)
    throw new Refusal('unsupported', `key of type ${key.asymmetricKeyType ?? 'none'}`);
  return hash;
}

const RSA_BITS_MIN = 2048;

/** Refuses keys that are too short to mean anything. */
export function demandStrong(key: KeyObject): void {
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN)
    throw new Refusal('key', 'RSA key shorter than 2,048 bits');
}

/** Whether a signature over bytes is right. `hash` is needed where the key has none of its own. */
export function isSignedBytes(
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
  hash: HashName | undefined = hashOfKey(key),
): boolean {
  demandStrong(key);
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : (hash ?? null), bytes, key, signature);
  } catch {
    return false;
  }
}

/** DigestInfo of SHA-256 (RFC 8017, 9.2) before the digest itself. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/**
 * Whether a signature is right, also when only the SHA-256 of the bytes is known. Ed25519 and keys with another hash
 * cannot be judged from that: the Refusal is `unknown`, not a verdict against the signature.
 */
export function isSigned(key: KeyObject, signed: Signed, signature: Buffer): boolean {
  if (signed.kind === 'bytes') return isSignedBytes(key, signed.bytes, signature);
  demandStrong(key);
  const hash = hashOfKey(key);
  if (hash !== 'sha256')
    throw new Refusal(
      'unsupported',
      'this key signs more than a SHA-256: the artifact itself is needed',
      true,
    );
  if (key.asymmetricKeyType === 'rsa') return isRsaDigest(key, signed.digest, signature);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return isCurve(curve) && verifyDigest(curve satisfies Curve, pointOf(key), signed.digest, signature);
}

function isRsaDigest(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return info.equals(Buffer.concat([SHA256_INFO, digest]));
  } catch {
    return false;
  }
}

function pointOf(key: KeyObject): { readonly x: bigint; readonly y: bigint } {
  const { x = '', y = '' } = key.export({ format: 'jwk' }) as { x?: string; y?: string };
  const number = (text: string): bigint => BigInt(`0x0${Buffer.from(text, 'base64url').toString('hex')}`);
  return { x: number(x), y: number(y) };
}

/** Opens a public key in DER (SubjectPublicKeyInfo, or PKCS #1) or PEM; undefined when it is none. */
export function openPublicKey(key: Buffer | string, type: 'spki' | 'pkcs1' = 'spki'): KeyObject | undefined {
  try {
    return typeof key === 'string' ? createPublicKey(key) : createPublicKey({ key, format: 'der', type });
  } catch {
    return undefined;
  }
}

/** SubjectPublicKeyInfo of a key. */
export const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
