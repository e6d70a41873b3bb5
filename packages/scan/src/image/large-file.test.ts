// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SparseFile } from '../tree/sparse-file.ts';
import { LargeFile } from './large-file.ts';

const MEGABYTE = 1024 * 1024;
/** Bytes that say where they are. */
const CONTENT = Buffer.alloc(3 * MEGABYTE);
for (let at = 0; at < CONTENT.length; at += 4) CONTENT.writeUInt32LE(at, at);

const pass = (large: LargeFile<unknown>, pieceBytes: number, content = CONTENT): void => {
  for (let at = 0; at < content.length; at += pieceBytes) large.push(content.subarray(at, at + pieceBytes));
};
const reads =
  (...offsets: readonly number[]) =>
  (file: SparseFile): string =>
    offsets.map((offset) => file.readAt(offset, 8).toString('hex')).join(' ');
const expected = (...offsets: readonly number[]): string =>
  offsets.map((offset) => CONTENT.toString('hex', offset, offset + 8)).join(' ');

describe('a large file that goes by', () => {
  it('gives what lies ahead of each question in one pass', () => {
    const large = new LargeFile(CONTENT.length, [reads(0, 100, MEGABYTE, CONTENT.length - 8)]);
    pass(large, 100_000);
    expect(large.isWaiting).toBe(false);
    expect(large.outcomes).toEqual([
      { state: 'read', value: expected(0, 100, MEGABYTE, CONTENT.length - 8) },
    ]);
  });

  it('has to go by again for what lay behind, and only for that reader', () => {
    const large = new LargeFile(CONTENT.length, [reads(2 * MEGABYTE, MEGABYTE), reads(MEGABYTE / 2)]);
    pass(large, 64 * 1024);
    expect(large.outcomes.map(({ state }) => state)).toEqual(['missing', 'read']);
    expect(large.isWaiting).toBe(true);
    large.rewind();
    pass(large, 64 * 1024);
    expect(large.outcomes[0]).toEqual({ state: 'read', value: expected(2 * MEGABYTE, MEGABYTE) });
  });

  it('gives the same whatever the pieces and the questions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(CONTENT.length - 8), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 10_000, max: 2 * MEGABYTE }),
        (offsets, pieceBytes) => {
          const large = new LargeFile(CONTENT.length, [reads(...offsets)]);
          pass(large, pieceBytes);
          for (let passes = 1; large.isWaiting && passes < offsets.length; passes += 1) {
            large.rewind();
            pass(large, pieceBytes);
          }
          expect(large.outcomes).toEqual([{ state: 'read', value: expected(...offsets) }]);
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  it('ends at its end: a question beyond it is answered with what there is', () => {
    const large = new LargeFile(CONTENT.length, [
      (file) => [file.readAt(CONTENT.length - 2, 100).length, file.readAt(CONTENT.length + 5, 10).length],
    ]);
    pass(large, MEGABYTE);
    expect(large.outcomes).toEqual([{ state: 'read', value: [2, 0] }]);
  });

  it('does not hold more than its limit, in one range or in many', () => {
    const sizeBytes = 64 * MEGABYTE;
    const large = new LargeFile(sizeBytes, [
      (file) => file.readAt(MEGABYTE, 40 * MEGABYTE),
      (file) =>
        Buffer.concat(Array.from({ length: 60 }, (_, at) => file.readAt((at + 1) * MEGABYTE, 900_000))),
    ]);
    const piece = Buffer.alloc(512 * 1024);
    for (let at = 0; at < sizeBytes; at += piece.length) large.push(piece);
    expect(large.outcomes).toEqual([{ state: 'limit' }, { state: 'limit' }]);
    expect(large.isWaiting).toBe(false);
  });

  it('ends a reader that begins again for ever', () => {
    const large = new LargeFile(CONTENT.length, [
      (file) => Array.from({ length: 100 }, (_, at) => file.readAt(70_000 + at * 200_000, 200_001)),
    ]);
    for (let passes = 0; passes < 200 && large.isWaiting; passes += 1) {
      if (passes > 0) large.rewind();
      pass(large, 4096);
    }
    expect(large.outcomes.map(({ state }) => state)).toEqual(['read']);
  });

  it('passes on what a reader throws of its own', () => {
    const large = new LargeFile(10, [
      () => {
        throw new TypeError('own');
      },
    ]);
    expect(() => large.push(Buffer.alloc(10))).toThrow(TypeError);
  });
});
