// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type KeyObject, sign } from 'node:crypto';
import { CborTag, type CborValue, signatureStructure } from '../signatures/notation/cbor.ts';

const head = (major: number, argument: number): Buffer => {
  if (argument < 24) return Buffer.of((major << 5) | argument);
  if (argument < 2 ** 8) return Buffer.of((major << 5) | 24, argument);
  const octets = argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(1 + octets);
  bytes[0] = (major << 5) | (24 + Math.log2(octets));
  if (octets === 8) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(argument, 1, octets);
  return bytes;
};

/** A value in CBOR, in its shortest form. */
const encodeCbor = (value: CborValue): Buffer => {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof CborTag) return Buffer.concat([head(6, value.tag), encodeCbor(value.value)]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap((entry) => entry.map(encodeCbor))]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
  throw new TypeError('no CBOR for it here');
};

const SCHEME = 'io.cncf.notary.signingScheme';
const EXPIRY = 'io.cncf.notary.expiry';

/** A Notary Project signature as COSE, with an expiry in seconds. */
export const coseSignature = (made: {
  readonly digest: string;
  readonly chain: readonly { readonly der: Buffer }[];
  readonly key: KeyObject;
  readonly expiry: number;
}): Buffer => {
  const attributes = encodeCbor(
    new Map<number | string, CborValue>([
      [1, -7],
      [2, [SCHEME, EXPIRY]],
      [3, 'application/vnd.cncf.notary.payload.v1+json'],
      [SCHEME, 'notary.x509'],
      ['io.cncf.notary.signingTime', new CborTag(1, 1_767_225_600)],
      [EXPIRY, new CborTag(1, made.expiry)],
    ]),
  );
  const payload = Buffer.from(JSON.stringify({ targetArtifact: { digest: made.digest, size: 1 } }));
  const signature = sign('sha256', signatureStructure(attributes, payload), {
    key: made.key,
    dsaEncoding: 'ieee-p1363',
  });
  const free = new Map<number | string, CborValue>([[33, made.chain.map(({ der }) => der)]]);
  return encodeCbor(new CborTag(18, [attributes, free, payload, signature]));
};
