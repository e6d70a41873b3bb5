// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { CborTag, readCbor, signatureStructure } from './cbor.ts';
import { COSE, JWS, parseEnvelope } from './envelope.ts';

const read = (hex: string) => readCbor(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('CBOR', () => {
  // Examples of RFC 8949, appendix A.
  it.each([
    ['00', 0],
    ['17', 23],
    ['18 18', 24],
    ['19 03e8', 1000],
    ['1a 000f4240', 1_000_000],
    ['1b 000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['38 63', -100],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['60', ''],
    ['62 c3bc', 'ü'],
    ['80', []],
    ['83 01 02 03', [1, 2, 3]],
    ['44 01020304', Buffer.of(1, 2, 3, 4)],
    ['c1 1a 514b67b0', new CborTag(1, 1_363_896_240)],
    [
      'a2 61 61 01 02 f5',
      new Map<number | string, unknown>([
        ['a', 1],
        [2, true],
      ]),
    ],
  ])('reads %s', (hex, value) => {
    expect(read(hex)).toEqual(value);
  });

  it.each([
    ['nothing', ''],
    ['a number that is not the shortest', '18 17'],
    ['a wide number that is not the shortest', '1b 00000000ffffffff'],
    ['a number above what is exact', '1b ffffffffffffffff'],
    ['an indefinite text', '7f 61 61 ff'],
    ['an indefinite list', '9f ff'],
    ['a half number', 'f9 3c00'],
    ['undefined', 'f7'],
    ['a list that ends early', '83 01 02'],
    ['bytes that end early', '44 010203'],
    ['a text that is not UTF-8', '61 ff'],
    ['bytes after the end', '00 00'],
    ['a key twice', 'a2 01 01 01 02'],
    ['a list as key', 'a1 80 01'],
    ['a list longer than memory', '9a ffffffff'],
    ['a text longer than memory', '7b 000fffffffffffff'],
    ['too much depth', `${'81'.repeat(20)}00`],
    ['too many items', `99 0401 ${'00'.repeat(1025)}`],
  ])('refuses %s', (_what, hex) => {
    expect(() => read(hex)).toThrow(Refusal);
  });

  it('ends any bytes with a value or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const parse of [
          () => readCbor(Buffer.from(bytes)),
          () => parseEnvelope(COSE, Buffer.from(bytes)),
        ])
          try {
            parse();
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
      }),
      { seed: 8, numRuns: 3000 },
    );
  });

  it('writes what COSE signs', () => {
    expect(signatureStructure(Buffer.from('a10126', 'hex'), Buffer.from('hi')).toString('hex')).toBe(
      `846a${Buffer.from('Signature1').toString('hex')}43a1012640426869`,
    );
    const long = signatureStructure(Buffer.alloc(300), Buffer.alloc(70_000));
    const again = readCbor(long);
    expect(Array.isArray(again) && again[1]).toEqual(Buffer.alloc(300));
    expect(Array.isArray(again) && again[3]).toEqual(Buffer.alloc(70_000));
  });

  it('is asked for by one media type, JSON by another, and no other one is known', () => {
    expect(() => parseEnvelope('text/plain', Buffer.from('{}'))).toThrow('envelope of type text/plain');
    expect(() => parseEnvelope(JWS, Buffer.from('{}'))).toThrow(Refusal);
    expect(() => parseEnvelope(JWS, Buffer.from('{"extra":1}'))).toThrow('unknown field extra');
  });
});
