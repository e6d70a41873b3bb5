// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lz4Of } from '../testing/lz4.ts';
import { inflateLz4 } from './lz4.ts';

const MAX = 10_000_000;
const inflated = (bytes: Buffer, most = MAX): string => {
  const result = inflateLz4(bytes, most);
  return result.ok ? result.value.toString('latin1') : result.error.code;
};

/** A frame around one compressed block written by hand. */
const frameOf = (block: number[]): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length, 0);
  return Buffer.concat([Buffer.from('04224d18604082', 'hex'), size, Buffer.from(block), Buffer.alloc(4)]);
};

describe('inflateLz4', () => {
  it('reads literals', () => {
    expect(inflated(frameOf([0x30, 97, 98, 99]))).toBe('abc');
  });

  it('repeats what was written, overlapping itself', () => {
    expect(inflated(frameOf([0x26, 97, 98, 2, 0, 0x10, 122]))).toBe(`${'ab'.repeat(6)}z`);
  });

  it('reads long lengths', () => {
    expect(inflated(frameOf([0x1f, 97, 1, 0, 255, 10, 0x10, 98]))).toBe(
      `${'a'.repeat(1 + 15 + 255 + 10 + 4)}b`,
    );
  });

  it('lets a match reach back into the block before', () => {
    const first = [0x40, 119, 120, 121, 122];
    const second = [0x00, 4, 0, 0x10, 33];
    const word = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value, 0);
      return bytes;
    };
    const frame = Buffer.concat([
      Buffer.from('04224d18404082', 'hex'),
      word(first.length),
      Buffer.from(first),
      word(second.length),
      Buffer.from(second),
      word(0),
    ]);
    expect(inflated(frame)).toBe('wxyzwxyz!');
  });

  it('gives back whatever was packed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Package: ', 'Version: 1.0', '\n', 'x', 'libfoo'), { maxLength: 200 }),
        (parts) => {
          const text = parts.join('');
          expect(inflated(lz4Of(Buffer.from(text)))).toBe(text);
        },
      ),
      { seed: 101, numRuns: 200 },
    );
  });

  it.each([
    ['no frame', Buffer.from('hello world')],
    ['nothing', Buffer.alloc(0)],
    ['a match before the start', frameOf([0x10, 97, 9, 0, 0x10, 98])],
    ['a match at distance zero', frameOf([0x10, 97, 0, 0, 0x10, 98])],
    ['literals beyond the block', frameOf([0xf0, 200, 97])],
    ['a frame that ends early', frameOf([0x30, 97, 98, 99]).subarray(0, 12)],
    ['a frame without its end', frameOf([0x30, 97, 98, 99]).subarray(0, 15)],
    [
      'a block larger than allowed',
      Buffer.concat([
        Buffer.from('04224d18604082', 'hex'),
        Buffer.from('ffffff7f', 'hex'),
        Buffer.alloc(100),
      ]),
    ],
  ])('refuses %s', (_name, bytes) => {
    expect(inflated(bytes)).toBe('malformed');
  });

  it('does not inflate beyond the limit', () => {
    const bomb = frameOf([0x1f, 97, 1, 0, ...Array.from({ length: 4_000 }, () => 255), 0, 0x10, 98]);
    expect(inflated(bomb, 100_000)).toBe('too-large');
  });

  it('survives any damage', () => {
    const base = lz4Of(Buffer.from('Package: a\nVersion: 1\n\n'.repeat(50)));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 10 }),
        (changes) => {
          const bytes = Buffer.from(base);
          for (const [at, value] of changes) bytes[at] = value;
          inflateLz4(bytes, 100_000);
        },
      ),
      { seed: 102, numRuns: 500 },
    );
  });
});
