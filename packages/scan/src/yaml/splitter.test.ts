// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentSplitter } from './splitter.ts';

/** Mostly what manifests are of, and seldom what is looked at one by one. */
const byte = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 4, arbitrary: fc.constantFrom(0x0a, 0x09) },
  { weight: 1, arbitrary: fc.constantFrom(0x00, 0x0d, 0x1f, 0x7f, 0x80, 0xa0, 0xfe, 0xff) },
);

const isPlain = (code: number): boolean => code === 0x0a || code === 0x09 || (code >= 0x20 && code <= 0x7e);

describe('documents of a stream', () => {
  it('are counted by their lines, and known to be plain, wherever their bytes lie', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.nat(7), (codes, shift) => {
        // A letter in front: what is blank or a comment is no document, and hyphens are no marker.
        const first = [0x61, ...codes].filter((code) => code !== 0x2d && code !== 0x2e);
        const second = [...Buffer.from('b: 1\n')];
        const marker = [...Buffer.from('\n---\n')];
        const room = new Uint8Array(shift + first.length + marker.length + second.length);
        room.set([...first, ...marker, ...second], shift);
        const splitter = new DocumentSplitter();
        const found = [...splitter.push(room.subarray(shift)), ...splitter.end()];
        const lines = first.filter((code) => code === 0x0a).length;
        expect(found.map((one) => [one.firstLine, one.isPlain])).toEqual([
          [1, first.every(isPlain)],
          [lines + 2, true],
        ]);
      }),
      { seed: 20261130, numRuns: 1500 },
    );
  });
});
