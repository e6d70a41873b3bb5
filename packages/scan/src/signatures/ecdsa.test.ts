// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDer, TAG } from './der.ts';
import { isCurve } from './ecdsa.ts';
import { isSigned, isSignedBytes, openPublicKey, type Signed, spkiOf } from './keys.ts';
import { Refusal } from './refusal.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const bytes = Buffer.from('what is signed');
const byDigest = (of: Uint8Array): Signed => ({
  kind: 'sha256',
  digest: createHash('sha256').update(of).digest(),
});
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const signatureOf = (r: Buffer, s: Buffer): Buffer =>
  encodeDer(TAG.sequence, encodeDer(TAG.integer, r), encodeDer(TAG.integer, s));

describe('ECDSA from a digest alone', () => {
  it('agrees with node:crypto on right and on changed signatures', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        (message, at, mask) => {
          const signature = sign('sha256', message, pair.privateKey);
          const index = at % signature.length;
          signature[index] = (signature[index] ?? 0) ^ mask;
          expect(isSigned(pair.publicKey, byDigest(message), signature)).toBe(
            isSignedBytes(pair.publicKey, message, signature),
          );
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  it('accepts a right signature and refuses it for another digest or another key', () => {
    const signature = sign('sha256', bytes, pair.privateKey);
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
    expect(isSigned(pair.publicKey, byDigest(bytes), signature)).toBe(true);
    expect(isSigned(pair.publicKey, byDigest(Buffer.from('else')), signature)).toBe(false);
    expect(isSigned(other, byDigest(bytes), signature)).toBe(false);
  });

  it.each([
    ['r = 0', signatureOf(Buffer.of(0), Buffer.of(1))],
    ['s = 0', signatureOf(Buffer.of(1), Buffer.of(0))],
    ['r = n', signatureOf(Buffer.concat([Buffer.of(0), ORDER]), Buffer.of(1))],
    ['s = n', signatureOf(Buffer.of(1), Buffer.concat([Buffer.of(0), ORDER]))],
    ['a negative r', signatureOf(Buffer.of(0x81), Buffer.of(1))],
    ['a long form of r', signatureOf(Buffer.of(0, 1), Buffer.of(1))],
    ['one number', encodeDer(TAG.sequence, encodeDer(TAG.integer, Buffer.of(1)))],
    ['no DER', Buffer.from('signature')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses a signature with %s', (_what, signature) => {
    expect(isSigned(pair.publicKey, byDigest(bytes), signature)).toBe(false);
  });

  it('judges RSA from a digest, and refuses short keys', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signature = sign('sha256', bytes, rsa.privateKey);
    expect(isSigned(rsa.publicKey, byDigest(bytes), signature)).toBe(true);
    expect(isSigned(rsa.publicKey, byDigest(Buffer.from('else')), signature)).toBe(false);
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(() => isSigned(short.publicKey, byDigest(bytes), signature)).toThrow('shorter than 2,048 bits');
  });

  it('says unknown for keys whose signatures need the bytes', () => {
    const ed = generateKeyPairSync('ed25519');
    const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    for (const key of [ed, p384]) {
      const signature = sign(key === ed ? null : 'sha384', bytes, key.privateKey);
      expect(isSigned(key.publicKey, { kind: 'bytes', bytes }, signature)).toBe(true);
      let refusal: unknown;
      try {
        isSigned(key.publicKey, byDigest(bytes), signature);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal).toMatchObject({ code: 'unsupported', isUnknown: true });
    }
  });

  it('knows one curve, and opens keys in both forms', () => {
    expect([isCurve('prime256v1'), isCurve('secp256k1'), isCurve(undefined)]).toEqual([true, false, false]);
    expect(openPublicKey(spkiOf(pair.publicKey))?.equals(pair.publicKey)).toBe(true);
    expect(openPublicKey('no key')).toBeUndefined();
    expect(() =>
      isSignedBytes(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey, bytes, bytes),
    ).toThrow('key of type');
  });
});
