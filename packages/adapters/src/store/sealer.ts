// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { err, failure, invariant, ok, type Result } from '@bartizan/contracts/result';
import type { StoreFailure } from './ports.ts';

/** Bytes of a key for sealing. */
export const SEAL_KEY_BYTES = 32;
const FORM = 'bzs1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals and unseals small secrets. The id of the key is inside a sealed value, so that old values stay readable. */
export interface Sealer {
  readonly keyId: string;
  seal(plaintext: string): string;
  /** E_KEY_MISSING when it was sealed with another key; E_STORE_CORRUPT when it was changed. */
  unseal(sealed: string): Result<string, StoreFailure>;
}

/** A name for a key that says nothing about it. */
export const sealKeyId = (key: Uint8Array): string =>
  createHash('sha256').update('bartizan-seal-key-id\n').update(key).digest('hex').slice(0, 16);

/** A key for another purpose, derived from the sealing key. */
export const deriveKey = (key: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `bartizan ${purpose}`, 32));

/** The key that signs the head of the audit chain. */
export const auditKeyOf = (key: Uint8Array): Buffer => deriveKey(key, 'audit head');

/** Whether a value was made by a sealer. */
export const isSealed = (value: string): boolean => value.startsWith(`${FORM}.`);

/** A sealer (AES-256-GCM) that seals with the first key and unseals with any. */
export function createSealer(key: Uint8Array, older: readonly Uint8Array[] = []): Sealer {
  const keys = new Map([...older, key].map((one) => [sealKeyId(one), one]));
  for (const one of keys.values()) invariant(one.length === SEAL_KEY_BYTES, 'a sealing key has 32 bytes');
  const keyId = sealKeyId(key);
  return {
    keyId,
    seal: (plaintext) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(`${FORM}.${keyId}`));
      const body = Buffer.concat([
        nonce,
        cipher.update(plaintext, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${FORM}.${keyId}.${body.toString('base64url')}`;
    },
    unseal: (sealed) => unsealWith(keys, sealed),
  };
}

function unsealWith(keys: ReadonlyMap<string, Uint8Array>, sealed: string): Result<string, StoreFailure> {
  const [form = '', id = '', text = ''] = sealed.split('.');
  const body = Buffer.from(text, 'base64url');
  if (form !== FORM || body.length < NONCE_BYTES + TAG_BYTES) {
    return err(failure('E_STORE_CORRUPT', 'a sealed value does not have the expected form'));
  }
  const key = keys.get(id);
  if (key === undefined) return err(failure('E_KEY_MISSING', `the value was sealed with key ${id}`));
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(`${FORM}.${id}`));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return ok(plain.toString('utf8'));
  } catch {
    return err(failure('E_STORE_CORRUPT', 'a sealed value was changed'));
  }
}
