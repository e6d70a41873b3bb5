// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { WIRE_FRAME_BYTES_MAX } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from './frame.ts';

const frameOf = (value: unknown): Buffer => {
  const frame = encodeFrame(Buffer.from(JSON.stringify(value)));
  if (!frame.ok) throw new Error(frame.error.detail);
  return frame.value;
};

const raw = (flag: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1, 0);
  head.writeUInt8(flag, 4);
  return Buffer.concat([head, body]);
};

describe('frames of the wire', () => {
  it('are read the same however the stream is cut (property)', () => {
    const messages = [{ type: 'ping', clockMs: 1 }, { type: 'batch', text: 'a'.repeat(5000) }, { type: 'x' }];
    const stream = Buffer.concat(messages.map(frameOf));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 50 }), (cuts) => {
        const reader = new FrameReader();
        const found: unknown[] = [];
        let at = 0;
        for (let turn = 0; at < stream.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          const part = reader.push(stream.subarray(at, at + size));
          expect(part.ok).toBe(true);
          if (part.ok) found.push(...part.value);
          at += size;
        }
        expect(found).toEqual(messages);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('are compressed when that is worth it', () => {
    expect(frameOf({ a: 'a'.repeat(10_000) }).length).toBeLessThan(200);
    expect(frameOf({ a: 1 })[4]).toBe(0);
  });

  it.each([
    ['a length of zero', Buffer.alloc(8)],
    ['a length above the limit', Buffer.concat([Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(8)])],
    ['an unknown flag', raw(9, Buffer.from('{}'))],
    ['broken JSON', raw(0, Buffer.from('{"a":'))],
    ['broken compression', raw(1, Buffer.from('not zstd'))],
    ['a decompression bomb', raw(1, zstdCompressSync(Buffer.alloc(32 * 1024 * 1024)))],
  ])('are refused with %s', (_, bytes) => {
    expect(new FrameReader().push(bytes)).toMatchObject({ ok: false, error: { code: 'E_WIRE_FRAME' } });
  });

  it('survive any bytes (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const outcome = new FrameReader().push(Buffer.from(bytes));
        expect(typeof outcome.ok).toBe('boolean');
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('are refused when they would be too large to send', () => {
    const noise = Buffer.from(JSON.stringify(randomBytes(WIRE_FRAME_BYTES_MAX * 2).toString('base64')));
    expect(encodeFrame(noise)).toMatchObject({ ok: false, error: { code: 'E_WIRE_FRAME' } });
  });
});
