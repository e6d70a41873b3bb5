// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** A random secret: 32 bytes, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** A new opaque id: 16 random bytes, hexadecimal, after a letter that names the kind. */
export const newId = (kind: string): string => `${kind}-${randomBytes(16).toString('hex')}`;

/** SHA-256 of a secret, hexadecimal: what the store keeps instead of the secret. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Compares two secrets in a time that does not depend on where they differ. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(left), digest(right));
}

const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** A password to hand over once: four groups of five characters that are not mistaken for each other (115 bits). */
export function newOneTimePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
