// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { err, ok, type Result } from '@bartizan/contracts';
import type { PackError } from './pack-error.ts';
import type { TrustedKey, TrustRoot } from './trust-root.ts';

/** The block after the digest: magic (8) · key id (32) · Ed25519 signature (64). */
const MAGIC = Buffer.from('BZSIG\x001\n', 'latin1');
const KEY_ID_BYTES = 32;
const SIGNATURE_BYTES = 64;
export const SIGNATURE_BLOCK_BYTES = MAGIC.length + KEY_ID_BYTES + SIGNATURE_BYTES;

/** Who says to have signed a pack, and with what. */
export interface SignatureBlock {
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal. */
  readonly keyId: string;
  readonly signature: Buffer;
}

/** What is signed: a text that means nothing else, and the digest of the pack (RFC 8032, Ed25519). */
const messageOf = (sha256: string): Buffer => Buffer.from(`bartizan advisory pack\n${sha256}\n`, 'latin1');

const der = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });

/** The id of a public key: what people compare when they hand it over by another way. */
export const keyIdOf = (key: KeyObject): string => createHash('sha256').update(der(key)).digest('hex');

/** Reads what follows the digest; undefined when nothing does. */
export const readSignatureBlock = (bytes: Buffer): SignatureBlock | 'malformed' | undefined => {
  if (bytes.length === 0) return undefined;
  if (bytes.length !== SIGNATURE_BLOCK_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    return 'malformed';
  const signatureAt = MAGIC.length + KEY_ID_BYTES;
  return {
    keyId: bytes.subarray(MAGIC.length, signatureAt).toString('hex'),
    signature: Buffer.from(bytes.subarray(signatureAt)),
  };
};

/** The block as it is appended to a pack. */
export const signatureBlock = ({ keyId, signature }: SignatureBlock): Buffer =>
  Buffer.concat([MAGIC, Buffer.from(keyId, 'hex'), signature]);

/** Makes a new signing key, as PKCS #8 in PEM. Whoever has it can sign packs: it is kept where packs are made. */
export const createSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/** A signing key, and its public half as trust roots list it. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly trusted: TrustedKey;
}

/** Reads a signing key from PEM. */
export const readSigningKey = (pem: string, name: string): Result<SigningKey, PackError> => {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== 'ed25519')
      return err({ code: 'E_PACK_KEY', detail: `a key of type ${privateKey.asymmetricKeyType}` });
    const publicKey = createPublicKey(privateKey);
    return ok({
      privateKey,
      trusted: { id: keyIdOf(publicKey), name, publicKey: der(publicKey).toString('base64') },
    });
  } catch (cause) {
    return err({ code: 'E_PACK_KEY', detail: 'not a private key in PEM', cause });
  }
};

/** Signs the digest of a pack. */
export const signDigest = (sha256: string, key: SigningKey): SignatureBlock => ({
  keyId: key.trusted.id,
  signature: sign(null, messageOf(sha256), key.privateKey),
});

const publicKeyOf = (trusted: TrustedKey): KeyObject | undefined => {
  try {
    const key = createPublicKey({
      key: Buffer.from(trusted.publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    return key.asymmetricKeyType === 'ed25519' && keyIdOf(key) === trusted.id ? key : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Verifies the signature of a pack with the keys of a trust root. Refused are: a key that the root does not list
 * (`E_PACK_UNTRUSTED`), a signature that the key did not make (`E_PACK_SIGNATURE`), none at all (`E_PACK_UNSIGNED`).
 */
export const verifySignature = (
  pack: { readonly sha256: string; readonly signature: SignatureBlock | undefined },
  trust: TrustRoot,
): Result<TrustedKey, PackError> => {
  const { signature, sha256 } = pack;
  if (signature === undefined) return err({ code: 'E_PACK_UNSIGNED', detail: `pack ${sha256.slice(0, 16)}` });
  const trusted = trust.keys.find((key) => key.id === signature.keyId);
  if (trusted === undefined)
    return err({ code: 'E_PACK_UNTRUSTED', detail: `signed with key ${signature.keyId}` });
  const key = publicKeyOf(trusted);
  if (key === undefined)
    return err({ code: 'E_PACK_UNTRUSTED', detail: `the trust root lists no usable key as ${trusted.id}` });
  return verify(null, messageOf(sha256), key, signature.signature)
    ? ok(trusted)
    : err({ code: 'E_PACK_SIGNATURE', detail: `key ${trusted.id} (${trusted.name}) did not sign this pack` });
};
