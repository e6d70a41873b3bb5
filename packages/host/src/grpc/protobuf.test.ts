// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from './protobuf.ts';

describe('the protocol buffers codec', () => {
  it('reads what it wrote (property)', () => {
    fc.assert(
      fc.property(
        fc.record({
          n: fc.nat(),
          big: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
          s: fc.string(),
          list: fc.array(fc.string(), { maxLength: 5 }),
          flag: fc.boolean(),
        }),
        ({ n, big, s, list, flag }) => {
          const message = decodeMessage(
            encodeMessage({ 1: n, 2: s, 3: list, 4: { 1: s, 2: big }, 15: flag, 100: big }),
          );
          expect(message?.number(1)).toBe(n);
          expect(message?.text(2)).toBe(s);
          expect(message?.texts(3)).toEqual(list);
          expect(message?.message(4)?.text(1)).toBe(s);
          expect(message?.message(4)?.number(2)).toBe(big);
          expect(message?.number(15)).toBe(Number(flag));
          expect(message?.number(100)).toBe(big);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('survives any bytes (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const message = decodeMessage(Buffer.from(bytes));
        message?.messages(1);
        message?.labels(2);
        message?.timestampMs(3);
        expect(message?.number(99) ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('matches bytes of the specification: field 1 = 150, field 2 = "testing"', () => {
    const bytes = Buffer.from('0896011207' + '74657374696e67', 'hex');
    expect(encodeMessage({ 1: 150, 2: 'testing' })).toEqual(bytes);
    expect(decodeMessage(bytes)?.text(2)).toBe('testing');
  });

  it('gives defaults for absent fields', () => {
    const message = decodeMessage(Buffer.alloc(0));
    expect([message?.number(1), message?.text(1), message?.messages(1), message?.timestampMs(1)]).toEqual([
      0,
      '',
      [],
      undefined,
    ]);
  });

  it('reads maps and instants', () => {
    const message = decodeMessage(
      encodeMessage({ 1: [{ 1: 'app', 2: 'web' }], 2: { 1: 1_700_000_000, 2: 500_000_000 } }),
    );
    expect(message?.labels(1)).toEqual({ app: 'web' });
    expect(message?.timestampMs(2)).toBe(1_700_000_000_500);
  });
});
