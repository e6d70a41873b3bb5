// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Without characters that are mistaken for each other when read aloud or typed. */
const READABLE = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';

const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

/** A password to hand over once: four groups of five characters (about 115 bits). */
export const newOneTimePassword = (): string =>
  [pick(READABLE, 5), pick(READABLE, 5), pick(READABLE, 5), pick(READABLE, 5)].join('-');

const KEY_RANDOM = 38;
const KEY_CHECK = 6;
const KEY_FORM = new RegExp(`^bzk_[0-9A-Za-z]{${KEY_RANDOM + KEY_CHECK}}$`);

function checkOf(random: string): string {
  let value = crc32(random);
  let text = '';
  for (let index = 0; index < KEY_CHECK; index++) {
    text = BASE62.charAt(value % 62) + text;
    value = Math.floor(value / 62);
  }
  return text;
}

/** A new API key: `bzk_`, 38 random characters (226 bits), 6 characters of CRC-32: secret scanners find it. */
export function newApiKey(): { readonly secret: string; readonly prefix: string; readonly hash: string } {
  const random = pick(BASE62, KEY_RANDOM);
  const secret = `bzk_${random}${checkOf(random)}`;
  return { secret, prefix: secret.slice(0, 12), hash: hashToken(secret) };
}

/** Whether a text has the form and the checksum of an API key; costs no look into the store. */
export function isApiKey(text: string): boolean {
  if (!KEY_FORM.test(text)) return false;
  const body = text.slice('bzk_'.length);
  return body.slice(KEY_RANDOM) === checkOf(body.slice(0, KEY_RANDOM));
}

/** A random secret for sessions, CSRF and join tokens: 32 bytes, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** SHA-256 of a random secret, hexadecimal: what a store keeps. Not for passwords. */
export const hashToken = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Compares two secrets in a time that does not depend on where they differ. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
