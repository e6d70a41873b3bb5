// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Checked, plausible, unverified, verified } from './checked.ts';

const decode = (text: string): Buffer => Buffer.from(text, 'base64url');

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
};

/** A JSON Web Token (RFC 7519): header with an algorithm, claims, and whether its time is over. */
export const checkJwt = (value: string, nowMs: number): Checked => {
  const [header = '', claims = ''] = value.split('.');
  const head = parseObject(decode(header).toString('utf8'));
  const body = parseObject(decode(claims).toString('utf8'));
  if (typeof head?.['alg'] !== 'string' || body === undefined)
    return unverified('its parts are not those of a JSON Web Token', 'JSON Web Token の構成ではない');
  const expires = body['exp'];
  if (typeof expires !== 'number')
    return plausible('a JSON Web Token that never expires', '期限のない JSON Web Token');
  return expires * 1000 < nowMs
    ? { ...plausible('a JSON Web Token whose time is over', '期限切れの JSON Web Token'), isBlunt: true }
    : plausible('a JSON Web Token that is still in time', '期限内の JSON Web Token');
};

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Key ids of AWS since 2019 hold the account number: eight characters after the prefix of four are forty bits, of
 * which the middle are the number.
 */
export const checkAwsKeyId = (value: string): Checked => {
  const digits = [...value.slice(4, 14)].map((sign) => BASE32.indexOf(sign));
  if (digits.length < 10 || digits.includes(-1))
    return unverified('it is not in the alphabet of key ids', 'キー ID に使えない文字を含む');
  const bits = digits.reduce((sum, digit) => (sum << 5n) | BigInt(digit), 0n) >> 2n;
  const account = (bits & 0x7fffffffff80n) >> 7n;
  return account > 0n && account <= 999_999_999_999n
    ? plausible(
        `a key of AWS account ${account.toString().padStart(12, '0')}`,
        `AWS アカウント ${account.toString().padStart(12, '0')} のキー`,
      )
    : plausible('a key id of AWS', 'AWS のキー ID');
};

/** Keys of Azure storage and of its siblings: base64 of 64 bytes. */
export const checkAzureKey = (value: string): Checked =>
  Buffer.from(value, 'base64').length === 64
    ? plausible('64 bytes, as account keys have', 'アカウントキーと同じ 64 バイト')
    : unverified('it has not the length of an account key', 'アカウントキーの長さではない');

/** Macaroons in the second binary form (libmacaroons): typed, length-prefixed fields, a 32-byte signature at the end. */
export const checkMacaroon = (value: string): Checked => {
  const bytes = decode(value.slice(value.indexOf('-') + 1));
  if (bytes[0] !== 2) return unverified('it is not a macaroon', 'macaroon ではない');
  let at = 1;
  let last = -1;
  while (at < bytes.length) {
    const type = bytes[at] ?? 0;
    at += 1;
    if (type === 0) continue;
    let length = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const part = bytes[at] ?? 0;
      at += 1;
      length |= (part & 127) << shift;
      if (part < 128) break;
    }
    at += length;
    last = type === 6 && length === 32 ? at : -1;
  }
  return last === bytes.length
    ? verified('a whole macaroon with its signature', '署名つきの完全な macaroon')
    : unverified('it is no whole macaroon', '完全な macaroon ではない');
};

/** Tokens that are a prefix and base64 of JSON, with or without more after it. */
export const checkJsonBase64 = (value: string): Checked => {
  const at = value.indexOf('eyJ');
  const text = /^[A-Za-z0-9+/_-]{1,4096}/.exec(value.slice(Math.max(at, 0)))?.[0] ?? '';
  const decoded = decode(text).toString('utf8');
  const end = decoded.lastIndexOf('}');
  return at !== -1 && parseObject(decoded.slice(0, end + 1)) !== undefined
    ? verified('its content decodes', '内容をデコードできる')
    : unverified('its content does not decode', '内容をデコードできない');
};

/** `user:password` in base64 (RFC 7617). */
export const checkBasic = (value: string): Checked => {
  const text = decode(value).toString('latin1');
  const at = text.indexOf(':');
  return at > 0 && at < text.length - 1 && /^[\x20-\x7e]{3,512}$/.test(text)
    ? plausible('a user name and a password', 'ユーザー名とパスワード')
    : unverified('it is not a user name and a password', 'ユーザー名とパスワードの組ではない');
};

/** Discord: the first part is the number of the bot in base64. */
export const checkDiscord = (value: string): Checked =>
  /^\d{17,20}$/.test(decode(value.split('.')[0] ?? '').toString('latin1'))
    ? verified('it names a bot', 'ボットを示している')
    : unverified('it names no bot', 'ボットを示していない');
