// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash, sha256 } from './index.ts';

const reference = (text: string): string => createHash('sha256').update(text).digest('hex');
const SEED = { seed: 20261125, numRuns: 100 };

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('gives the value of the standard for %j', (text, digest) => expect(sha256(text)).toBe(digest));

  it.each([54, 55, 56, 57, 63, 64, 65, 119, 120, 128])('pads %i bytes like the reference', (length) =>
    expect(sha256('x'.repeat(length))).toBe(reference('x'.repeat(length))),
  );

  it('agrees with the reference on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 150 }),
        (text) => sha256(text) === reference(text),
      ),
      SEED,
    );
  });

  it('reads a lone surrogate as the replacement character', () =>
    expect(sha256('a\ud800b')).toBe(reference('a\ufffdb')));
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys and leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: [true, null, { d: 'x', c: undefined }] })).toBe(
      '{"a":[true,null,{"d":"x"}],"b":1}',
    );
  });

  it('is JSON that reads back to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      SEED,
    );
  });

  it('gives different hashes to different content', () =>
    expect(contentHash({ a: '1' })).not.toBe(contentHash({ a: 1 })));
});
