// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { borrowInflater, DeflateFault, giveBackInflater, Inflater } from './inflater.ts';

const inflater = new Inflater();

/** All that the stream inflates to, given `stepBytes` at a time, and what lies behind it. */
const inflate = (stored: Buffer, stepBytes: number): { out: Buffer; restBytes: number } => {
  inflater.begin();
  const out: Buffer[] = [];
  /** Whether the stream is done. */
  const goOn = (): boolean => {
    for (;;) {
      const answer = inflater.step();
      if (answer === 'needs-input') return false;
      out.push(Buffer.from(inflater.take()));
      if (answer === 'is-done') return true;
    }
  };
  for (let at = 0; at < stored.length; ) {
    at += inflater.give(stored.subarray(at, at + stepBytes));
    if (goOn()) return { out: Buffer.concat(out), restBytes: stored.length - at + inflater.unusedBytes };
  }
  inflater.end();
  expect(goOn()).toBe(true);
  return { out: Buffer.concat(out), restBytes: inflater.unusedBytes };
};

type Outcome = Buffer | string;
const outcome = (run: () => Buffer): Outcome => {
  try {
    return run();
  } catch (cause) {
    return cause instanceof Error ? cause.message : 'no error';
  }
};

/** zlib and ours say the same: the same bytes, or the same words. */
const expectSame = (stored: Buffer, stepBytes: number): void => {
  const theirs = outcome(() => inflateRawSync(stored));
  const ours = outcome(() => inflate(stored, stepBytes).out);
  if (Buffer.isBuffer(theirs) && Buffer.isBuffer(ours)) expect(ours.equals(theirs)).toBe(true);
  else expect(ours).toBe(theirs);
};

/** Text, repeats of any distance, noise, and zeros: what compressors take different ways with. */
const content = (maxParts: number): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.oneof(
        fc.record({ kind: fc.constant('noise'), seed: fc.nat(), length: fc.nat(4000) }),
        fc.record({ kind: fc.constant('skewed'), seed: fc.nat(), length: fc.nat(20_000) }),
        fc.record({ kind: fc.constant('again'), seed: fc.nat(), length: fc.nat(3000) }),
        fc.record({ kind: fc.constant('short'), seed: fc.nat(40), length: fc.nat(600) }),
      ),
      { minLength: 1, maxLength: maxParts },
    )
    .map((parts) => {
      const bytes: number[] = [];
      for (const { kind, seed, length } of parts) {
        let state = seed;
        const noise = (): number => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          return state >>> 8;
        };
        const distance = kind === 'short' ? 1 + seed : 1 + (seed % 40_000);
        for (let at = 0; at < length; at += 1) {
          if (kind === 'noise') bytes.push(noise() & 0xff);
          // Each byte half as frequent as the one before: codes of all lengths.
          else if (kind === 'skewed') bytes.push(Math.clz32(noise() << 8) * 5);
          else bytes.push(bytes[bytes.length - distance] ?? 7);
        }
      }
      return Buffer.from(bytes);
    });

const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

/** Bits, each text being read from its end where it is a number and from its start where it is a code. */
const bitStream = (bits: string): Buffer => {
  const all = bits.replaceAll(' ', '');
  const bytes = Buffer.alloc(Math.ceil(all.length / 8));
  for (const [at, bit] of [...all].entries())
    if (bit === '1') bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  return bytes;
};

describe('Inflater', () => {
  it('inflates what zlib packs in any way, however the bytes arrive, and leaves what lies behind', () => {
    fc.assert(
      fc.property(content(12), settings, fc.integer({ min: 1, max: 30_000 }), (plain, options, stepBytes) => {
        const stored = deflateRawSync(plain, options);
        const { out, restBytes } = inflate(Buffer.concat([stored, Buffer.alloc(900, 0xab)]), stepBytes);
        expect(out.equals(plain)).toBe(true);
        expect(restBytes).toBe(900);
        expect(inflate(stored, stepBytes).restBytes).toBe(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('says of damaged streams what zlib says of them', () => {
    const refused = new Set<string>();
    const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(content(3), settings, fc.tuple(flips, fc.nat(), fc.boolean()), (plain, options, damage) => {
        const [bits, cut, isCut] = damage;
        const stored = deflateRawSync(plain, options);
        // Headers, where most can go wrong, are at the start: the square aims there.
        for (const [place, bit] of bits) {
          const at = Math.floor(place * place * (stored.length - 1));
          stored[at] = (stored[at] ?? 0) ^ (1 << bit);
        }
        const damaged = isCut ? stored.subarray(0, cut % (stored.length + 1)) : stored;
        for (const stepBytes of [damaged.length + 1, 1 + (cut % 700)]) expectSame(damaged, stepBytes);
        const said = outcome(() => inflateRawSync(damaged));
        if (!Buffer.isBuffer(said)) refused.add(said);
      }),
      { seed: 11, numRuns: 500 },
    );
    // Not all of them may be refused for the same reason, or the comparison says little.
    expect(refused.size).toBeGreaterThan(2);
  });

  it('says of noise what zlib says of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 500 }), (bytes, stepBytes) =>
        expectSame(Buffer.from(bytes), stepBytes),
      ),
      { seed: 13, numRuns: 3000 },
    );
  });

  it('inflates what is longer than its memory', () => {
    const program = readFileSync(process.execPath).subarray(0, 6_000_000);
    const texts = Buffer.from(Array.from({ length: 90_000 }, (_, at) => `line ${at * 7919}\n`).join(''));
    for (const plain of [program, texts, Buffer.alloc(9_000_000)])
      for (const level of [1, 6, 9]) {
        const stored = deflateRawSync(plain, { level });
        expect(inflate(stored, 1024 * 1024).out.equals(plain)).toBe(true);
        expect(inflate(stored, 5003).out.equals(plain)).toBe(true);
      }
  });

  it('hands on no more than a quarter of a megabyte at once', () => {
    inflater.begin();
    inflater.give(deflateRawSync(Buffer.alloc(3_000_000)));
    for (let total = 0; total < 2_000_000; ) {
      expect(inflater.step()).toBe('is-full');
      const piece = inflater.take();
      expect(piece.length).toBeGreaterThan(200 * 1024);
      expect(piece.length).toBeLessThanOrEqual(256 * 1024);
      total += piece.length;
    }
  });

  it.each([
    // Final block of the fixed code (1, then 01 from its low end): symbols 286 and 287, distances 30 and 31.
    ['the length symbol 286', '1 10 11000110', 'invalid literal/length code'],
    ['the length symbol 287', '1 10 11000111', 'invalid literal/length code'],
    ['the distance symbol 30', '1 10 00110000 0000001 11110', 'invalid distance code'],
    ['the distance symbol 31', '1 10 00110000 0000001 11111', 'invalid distance code'],
    ['a distance before the start', '1 10 00110000 0000001 00001', 'invalid distance too far back'],
    ['a block of the third type', '1 11', 'invalid block type'],
    ['another complement', '1 00 00000 1000000000000000 1000000000000000', 'invalid stored block lengths'],
    ['too many lengths', '1 01 01111 00000 0000', 'too many length or distance symbols'],
    ['no code for lengths', '1 01 00000 00000 0000 000 000 000 000', 'invalid code -- missing end-of-block'],
    ['nothing at all', '', 'unexpected end of file'],
    [
      'half of a stored block',
      '1 00 00000 1100000000000000 0011111111111111 11111111',
      'unexpected end of file',
    ],
  ])('refuses %s', (_name, bits, words) => {
    // Behind it lies enough for whatever is read ahead.
    const stored = words.startsWith('unexpected')
      ? bitStream(bits)
      : Buffer.concat([bitStream(bits), Buffer.alloc(700)]);
    expect(() => inflate(stored, 1000)).toThrow(DeflateFault);
    expect(() => inflate(stored, 1)).toThrow(words);
    expect(outcome(() => inflateRawSync(stored))).toBe(words);
  });

  it('reads a literal and a match of the fixed code', () => {
    // 'a' (97 + 48), then length 3 at distance 1, then the end.
    const stored = bitStream('1 10 10010001 0000001 00000 0000000');
    expect(inflate(stored, 1).out.toString()).toBe('aaaa');
  });

  it('is as new after a fault', () => {
    expect(() => inflate(Buffer.alloc(50, 0xff), 50)).toThrow(DeflateFault);
    expect(inflate(deflateRawSync('content'), 50).out.toString()).toBe('content');
  });

  it('does not see what was inflated before', () => {
    inflate(deflateRawSync(Buffer.alloc(100_000, 1)), 1000);
    expect(() =>
      inflate(Buffer.concat([bitStream('1 10 00110000 0000001 00001'), Buffer.alloc(9)]), 50),
    ).toThrow('invalid distance too far back');
  });
});

describe('borrowInflater', () => {
  it('never lends one to two, and lends one again that was given back', () => {
    const first = borrowInflater();
    const second = borrowInflater();
    expect(second).not.toBe(first);
    giveBackInflater(first);
    expect(borrowInflater()).toBe(first);
  });
});
