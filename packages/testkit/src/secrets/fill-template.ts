// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { crc32 } from 'node:zlib';
import { makeOpenSshKey, makePem, makePuttyKey } from './key-material.ts';
import { SeededRandom } from './seeded-random.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const ALNUM = DIGITS + UPPER + LOWER;
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

const ALPHABETS: Readonly<Record<string, string>> = {
  alnum: ALNUM,
  alpha: UPPER + LOWER,
  lower: LOWER + DIGITS,
  upper: UPPER + DIGITS,
  digit: DIGITS,
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  b32: 'abcdefghijklmnopqrstuvwxyz234567',
  url64: `${ALNUM}_-`,
  b64: `${ALNUM}+/`,
  // No sign that means something to a URL, a shell or a configuration file.
  password: `${ALNUM}+_.~`,
};

const base62 = (value: number): string => {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = `${ALNUM[rest % 62]}${text}`;
  return text.padStart(6, '0');
};

/** BIP 173, written a second time on purpose: what a test makes must not come from what it tests. */
const bech32 = (prefix: string, data: readonly number[]): string => {
  const step = (sum: number, value: number): number => {
    let next = ((sum & 0x1ffffff) << 5) ^ value;
    const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
    for (let bit = 0; bit < 5; bit += 1) if ((sum >>> (25 + bit)) & 1) next ^= generator[bit] ?? 0;
    return next;
  };
  const codes = [...Buffer.from(prefix)];
  const spread = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const sum = [...spread, ...data, 0, 0, 0, 0, 0, 0].reduce(step, 1) ^ 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return `${prefix}1${[...data, ...check].map((value) => BECH32[value] ?? '').join('')}`;
};

const json64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const jwt = (kind: string, random: SeededRandom): string => {
  const claims =
    kind === 'serviceaccount'
      ? { iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:shop:web' }
      : { sub: random.text(ALNUM, 12), exp: kind === 'expired' ? 1_000_000_000 : 4_000_000_000 };
  return `${json64({ alg: 'RS256', typ: 'JWT' })}.${json64(claims)}.${random.text(`${ALNUM}_-`, 86)}`;
};

const field = (type: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, value.length]), value]);

const macaroon = (location: string, random: SeededRandom): string =>
  `pypi-${Buffer.concat([
    Buffer.from([2]),
    field(1, Buffer.from(location)),
    field(2, Buffer.from(random.text(ALNUM, 36))),
    Buffer.from([0]),
    field(2, Buffer.from('[0, 1]')),
    Buffer.from([0, 0]),
    field(6, random.bytes(32)),
  ]).toString('base64url')}`;

const awsId = (prefix: string, random: SeededRandom): string => {
  const account = BigInt(100_000_000_000 + random.below(800_000_000)) << 7n;
  const bits = (account | (1n << 47n)) << 2n;
  const digits = Array.from({ length: 10 }, (_, at) => Number((bits >> BigInt(45 - at * 5)) & 31n));
  const head = digits.map((digit) => ALPHABETS['base32']?.[digit] ?? '').join('');
  return `${prefix}${head}${random.text(ALPHABETS['base32'] ?? '', 6)}`;
};

const glsa = (random: SeededRandom): string => {
  const text = `glsa_${random.text(ALNUM, 32)}`;
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(text));
  return `${text}_${sum.toString('hex')}`;
};

const paddedJson = (size: number, random: SeededRandom): string =>
  Buffer.from(JSON.stringify({ o: random.text(DIGITS, 6), k: random.text(ALNUM, size) })).toString('base64');

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

const uuid = (random: SeededRandom): string => {
  const hex = random.text(ALPHABETS['hex'] ?? '', 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const pemKind = (argument: string) =>
  argument === 'rsa' || argument === 'ec' || argument === 'public' ? argument : 'pkcs8';

type Maker = (argument: string, random: SeededRandom) => string;
const MAKERS: Readonly<Record<string, Maker>> = {
  crc62: (argument, random) => {
    const text = random.text(ALNUM, Number(argument));
    return `${text}${base62(crc32(text))}`;
  },
  bytes64: (argument, random) => random.bytes(Number(argument)).toString('base64'),
  b64lines: (argument, random) =>
    (
      random
        .bytes(Number(argument))
        .toString('base64')
        .match(/.{1,64}/g) ?? []
    ).join('\n'),
  b64basic: (argument, random) =>
    Buffer.from(`deploy:${random.text(ALNUM, Number(argument))}`).toString('base64'),
  b64json: (argument, random) => paddedJson(Number(argument), random),
  b64grafana: (_argument, random) =>
    Buffer.from(JSON.stringify({ k: random.text(ALNUM, 32), n: 'deploy', id: 1 })).toString('base64'),
  b64pem: (argument) => Buffer.from(makePem(pemKind(argument))).toString('base64'),
  uuid: (_argument, random) => uuid(random),
  pem: (argument) => makePem(pemKind(argument)),
  pemline: (argument) => makePem(pemKind(argument)).replaceAll('\n', '\\n'),
  pemindent: (argument) => indent(makePem(pemKind(argument))),
  openssh: (argument, random) => makeOpenSshKey((length) => random.bytes(length), argument === 'locked'),
  putty: (_argument, random) => makePuttyKey((length) => random.bytes(length)),
  age: (_argument, random) =>
    bech32(
      'age-secret-key-',
      Array.from({ length: 52 }, () => random.below(32)),
    ).toUpperCase(),
  jwt,
  b64jwt: (argument, random) => Buffer.from(jwt(argument, random)).toString('base64'),
  macaroon,
  awsid: awsId,
  glsa: (_argument, random) => glsa(random),
  discord: (_argument, random) =>
    `${Buffer.from(`8${random.text(DIGITS, 17)}`).toString('base64url')}.G${random.text(ALNUM, 5)}.${random.text(`${ALNUM}_-`, 38)}`,
};

/**
 * Fills the `{kind:argument}` parts of a template. The same seed gives the same text, but for keys, which are made once
 * in a process.
 */
export const fillTemplate = (template: string, seed: string): string => {
  const random = new SeededRandom(seed);
  return template.replaceAll(/\{([A-Za-z0-9]+):([^{}"\s]*)\}/g, (whole, kind: string, argument: string) => {
    const alphabet = ALPHABETS[kind];
    if (alphabet !== undefined) return random.text(alphabet, Number(argument));
    return MAKERS[kind]?.(argument, random) ?? whole;
  });
};
