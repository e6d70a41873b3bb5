// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { crc32 } from 'node:zlib';
import { type Checked, unverified, verified } from './checked.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;

/** A number in base 62, digits before upper before lower case, padded with zeros. */
export const toBase62 = (value: number, length: number): string => {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = `${BASE62[rest % 62]}${text}`;
  return text.padStart(length, '0');
};

/**
 * Tokens of GitHub and npm: after the prefix, random characters, then six of CRC-32 in base 62 over them
 * (GitHub, Behind GitHub's new authentication token formats, 2021).
 */
export const checkCrc32Base62 = (value: string): Checked => {
  const body = value.slice(value.lastIndexOf('_') + 1);
  const random = body.slice(0, -CHECKSUM_LENGTH);
  const wanted = toBase62(crc32(random), CHECKSUM_LENGTH);
  return body.length > CHECKSUM_LENGTH && body.endsWith(wanted)
    ? verified('its checksum (CRC-32) holds', 'チェックサム（CRC-32）が一致')
    : unverified(
        'its checksum (CRC-32) does not hold: the service never issued it in this form',
        'チェックサム（CRC-32）が一致せず、この形では発行されていない',
      );
};

/** Grafana: `glsa_`, the secret, `_`, and CRC-32 of all before it, as the hexadecimal of its bytes, lowest first. */
export const checkCrc32Hex = (value: string): Checked => {
  const at = value.lastIndexOf('_');
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(value.slice(0, at)));
  return at > 0 && sum.toString('hex') === value.slice(at + 1).toLowerCase()
    ? verified('its checksum (CRC-32) holds', 'チェックサム（CRC-32）が一致')
    : unverified('its checksum (CRC-32) does not hold', 'チェックサム（CRC-32）が一致しない');
};

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const BECH32_GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

const bech32Step = (sum: number, value: number): number => {
  const top = sum >>> 25;
  let next = ((sum & 0x1ffffff) << 5) ^ value;
  for (const [bit, part] of BECH32_GENERATOR.entries()) if (((top >> bit) & 1) === 1) next ^= part;
  return next;
};

/** The Bech32 checksum state of a human-readable part and data values (BIP 173). */
export const bech32Sum = (prefix: string, values: readonly number[]): number => {
  const codes = [...Buffer.from(prefix, 'latin1')];
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values].reduce(
    bech32Step,
    1,
  );
};

/** Six checksum characters for data values (BIP 173). */
export const bech32Checksum = (prefix: string, values: readonly number[]): string => {
  const sum = bech32Sum(prefix, [...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  return [25, 20, 15, 10, 5, 0].map((shift) => BECH32[(sum >>> shift) & 31] ?? '').join('');
};

/** Keys in Bech32, as age has them: the last `1` parts the prefix from the data, which ends in its checksum. */
export const checkBech32 = (value: string): Checked => {
  const text = value.toLowerCase();
  const at = text.lastIndexOf('1');
  const values = [...text.slice(at + 1)].map((sign) => BECH32.indexOf(sign));
  return at > 0 && !values.includes(-1) && bech32Sum(text.slice(0, at), values) === 1
    ? verified('its checksum (Bech32) holds', 'チェックサム（Bech32）が一致')
    : unverified('its checksum (Bech32) does not hold', 'チェックサム（Bech32）が一致しない');
};
